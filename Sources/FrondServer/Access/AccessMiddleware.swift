import Frond
import HTTPTypes
import Hummingbird

/// Finds out who sends a request, before its route: strangers learn nothing of a server with tokens.
///
/// `/health/live` asks nobody. `/health/ready` tells everybody whether the server is ready, and its details to those
/// who may see the status. Tinyid's routes look for a token of their own, and answer in their own form.
struct AccessMiddleware: RouterMiddleware {
    let access: AccessControl

    func handle(
        _ request: Request, context: FrondContext,
        next: @concurrent (Request, FrondContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        switch request.uri.path {
        case "/health/live": break
        case "/health/ready": context.caller = access.knownCaller(of: request, context.peer)
        case let path where path.hasPrefix(TinyidInterface.path): break
        default:
            do throws(AccessRefusal) {
                context.caller = try access.caller(of: request, context.peer)
            } catch {
                throw Problem(error)
            }
        }
        if let caller = context.caller { context.trace?.caller = caller.name }
        return try await next(request, context)
    }
}

extension AccessControl {
    /// Finds out who sends a request over HTTP.
    /// - Parameter token: a token from elsewhere than the field `Authorization`; nil for none.
    /// - Throws: the refusal, which is logged.
    func caller(
        of request: Request, _ peer: PeerIdentity, token: String? = nil
    ) throws(AccessRefusal) -> Caller {
        var credentials = Credentials(authorization: request.headers[values: .authorization])
        if case .none = credentials, let token { credentials = Credentials(token: token) }
        return try caller(credentials, from: peer, RequestOrigin.Forwarding(request.head))
    }

    /// The caller of a request that strangers may send too; nil for strangers.
    func knownCaller(of request: Request, _ peer: PeerIdentity) -> Caller? {
        let rules = rules
        let origin = RequestOrigin(
            peer, RequestOrigin.Forwarding(request.head), trusting: rules.trustedProxies)
        return try? rules.caller(
            Credentials(authorization: request.headers[values: .authorization]), from: origin,
            nowMilliseconds: time.wallMilliseconds)
    }
}

extension FrondContext {
    /// The caller, which ``AccessMiddleware`` has found.
    /// - Throws: ``Problem`` with status 401 on a route that asks nobody.
    func knownCaller() throws(Problem) -> Caller {
        guard let caller else { throw Problem(AccessRefusal.noToken) }
        return caller
    }
}

extension RequestOrigin.Forwarding {
    /// Reads the fields of a request.
    init(_ head: HTTPRequest) {
        self.init()
        let fields = head.headerFields
        for field in fields { note(field.name.canonicalName, field.value) }
        // A page can make a name of its own lead to this machine: then it is the host's name that tells.
        if !Self.namesThisMachine(head.authority ?? "") { isForeignPage = true }
        if let origin = fields[.origin], !Self.isOwn(origin, head.authority) { isForeignPage = true }
    }

    /// Reads the one value of `X-Forwarded-For`; nil where the request has none.
    init(forwardedFor value: String?) {
        self.init()
        if let value { note("x-forwarded-for", value) }
    }

    /// Notes a header field, if it tells of a proxy.
    /// - Parameter name: in lowercase.
    mutating func note(_ name: String, _ value: String) {
        switch name {
        case "x-forwarded-for":
            isForwarded = true
            addresses += value.split(separator: ",").map(String.init)
        case "forwarded":
            isForwarded = true
            addresses += value.split(separator: ",").compactMap(Self.forwardedFor)
        case "via", "x-real-ip", "x-forwarded-host", "x-forwarded-proto": isForwarded = true
        case "sec-fetch-site": isForeignPage = isForeignPage || value == "cross-site"
        default: break
        }
    }

    /// The address in one element of `Forwarded` (RFC 7239).
    private static func forwardedFor(_ element: Substring) -> String? {
        for pair in element.split(separator: ";") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].trimmingPrefix(" ").lowercased() == "for" else { continue }
            return String(parts[1])
        }
        return nil
    }

    /// True for a host of a request, with or without a port, that leads to the client's own machine everywhere.
    static func namesThisMachine(_ authority: String) -> Bool {
        let end = authority.hasPrefix("[") ? authority.firstIndex(of: "]") : authority.firstIndex(of: ":")
        let host = authority[..<(end ?? authority.endIndex)]
        return host.lowercased() == "localhost" || host == "[::1" || IPAddress.bytes(of: String(host))?.first == 127
    }

    /// True for a page of this server's own, by its address on this machine.
    private static func isOwn(_ origin: String, _ host: String?) -> Bool {
        guard let host, let address = origin.split(separator: "//", maxSplits: 1).last else { return false }
        return address == host
    }
}
