import Frond
import HTTPTypes

/// The reason that a request is not served for its caller's sake. Never has a token in it.
enum AccessRefusal: Error, Hashable, Sendable {
    /// No token came, and none of the client's certificates is known.
    case noToken
    /// The credentials are not of the form `Bearer` and a token.
    case malformedToken
    case unknownToken
    case expired(name: String)
    /// The caller is known and lacks a scope.
    case forbidden(AccessScope, Tag?)
    /// No tokens are configured, and the caller is not on this machine.
    case closed(AccessScope)

    var code: FrondError.Code {
        switch self {
        case .noToken, .malformedToken, .unknownToken, .expired: .unauthenticated
        case .forbidden, .closed: .permissionDenied
        }
    }

    /// The error for the caller: the fact and the cure.
    var error: FrondError { FrondError(code, message) }

    private var message: String {
        switch self {
        case .noToken:
            "the request has no token, and this server requires one; send it as 'Authorization: Bearer TOKEN'"
        case .malformedToken:
            "the credentials are not of the form 'Bearer TOKEN'; send 'Authorization: Bearer TOKEN' once"
        case .unknownToken: "the token is unknown here; check it, or have a new one made with 'frond token create'"
        case .expired(let name):
            "the token of '\(name.printable(limit: 100))' has expired; have a new one made with 'frond token create'"
        case .forbidden(let scope, let tag):
            "the caller lacks the scope '\(scope.rawValue)'\(tag.map { " for tag '\($0)'" } ?? ""); add it to the "
                + "caller's entry in the file of auth.tokens"
        case .closed(let scope):
            "without tokens this server allows the scope '\(scope.rawValue)' to callers on its own machine alone; "
                + "configure auth.tokens on the server and send a token, or run the command there"
        }
    }
}

/// The value of `WWW-Authenticate` in an answer that refuses a caller (RFC 6750).
enum AccessChallenge: String {
    case unauthenticated = #"Bearer realm="frond""#
    case invalidToken = #"Bearer realm="frond", error="invalid_token""#
    case insufficientScope = #"Bearer realm="frond", error="insufficient_scope""#

    /// The challenge for the code of an error; nil for errors that have nothing to do with callers.
    init?(_ code: FrondError.Code) {
        switch code {
        case .unauthenticated: self = .unauthenticated
        case .permissionDenied: self = .insufficientScope
        default: return nil
        }
    }
}

extension Problem {
    init(_ refusal: AccessRefusal) {
        self.init(refusal.error)
        switch refusal {
        case .malformedToken, .unknownToken, .expired:
            headers[.wwwAuthenticate] = AccessChallenge.invalidToken.rawValue
        case .noToken, .forbidden, .closed: break
        }
    }
}
