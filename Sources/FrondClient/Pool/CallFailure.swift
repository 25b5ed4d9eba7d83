import Frond
import FrondAPI
import GRPCCore

/// The failure of a call to one server.
struct CallFailure: Error {
    /// The error for the caller, with the address of the server if that matters.
    var error: FrondError
    /// True if another server may do better; otherwise the error is the answer.
    var mayAskElsewhere: Bool
    /// True if the server did not answer at all.
    var isSilence = false
    /// True if the connection broke, so that a new one may do better.
    var isBroken = false

    /// - Parameters:
    ///   - error: the error that gRPC throws.
    ///   - limit: the time that the server had.
    ///   - unavailable: the code of the error if the server does not answer.
    ///   - isCancelled: true if the caller left.
    init(
        _ error: any Error, of address: ServerAddress, within limit: Duration, _ unavailable: FrondError.Code,
        isCancelled: Bool
    ) {
        if isCancelled {
            self.init(FrondError(.cancelled, "the call to \(address) was cancelled", cause: error), elsewhere: false)
        } else if let error = error as? FrondError {
            self.init(error, elsewhere: false)
        } else if let error = error as? RPCError, let answer = Self.answer(error, unavailable) {
            self = answer
        } else {
            let message = Self.silence(error, address, limit)
            self.init(FrondError(unavailable, message, retryAfter: .seconds(1), cause: error), elsewhere: true)
            isSilence = true
            isBroken = (error as? RPCError)?.code != .deadlineExceeded
        }
    }

    private init(_ error: FrondError, elsewhere: Bool) {
        self.error = error
        mayAskElsewhere = elsewhere
    }

    /// Reads the answer of a Frond server; nil if the error is not from one.
    private static func answer(_ error: RPCError, _ unavailable: FrondError.Code) -> CallFailure? {
        let status = ErrorStatus(error)
        guard !status.reason.isEmpty else { return nil }
        guard FrondError.Code(rawValue: status.reason) != nil else {
            // Such as a generator that is not enabled: no later call can succeed.
            return CallFailure(FrondError(.invalidArgument, status.message, cause: error), elsewhere: false)
        }
        let answer = FrondError(status)
        switch answer.code {
        case .shutDown, .cancelled:
            // The server ends, not the caller.
            let ended = FrondError(unavailable, answer.message, retryAfter: answer.retryAfter, cause: answer.cause)
            return CallFailure(ended, elsewhere: true)
        default:
            // All servers stand on one store: trouble of one tag is the same at each, and no fault of the server.
            let mayHelp = status.code == .unavailable || status.code == .deadlineExceeded
            return CallFailure(answer, elsewhere: mayHelp && answer.scope == .store)
        }
    }

    private static func silence(_ error: any Error, _ address: ServerAddress, _ limit: Duration) -> String {
        let rpcError = error as? RPCError
        if rpcError?.code == .deadlineExceeded { return "\(address) did not answer within \(limit)" }
        let reason = rpcError?.reasons ?? "\(error)"
        func says(_ texts: String...) -> Bool { texts.contains { reason.contains($0) } }
        if says("Couldn't resolve address") { return "\(address) has a name without an address: correct it" }
        if says("Connection refused", "ECONNREFUSED") {
            return "\(address) refuses connections: start the server, or correct the address"
        }
        if says("CERTIFICATE_VERIFY_FAILED") {
            return "\(address) has a certificate that is not trusted: name the authority that signed it"
        }
        if says("failedToValidateHostname") {
            return "\(address) has a certificate of another name: connect to the name that it is of"
        }
        if says("CERTIFICATE_REQUIRED", "BAD_CERTIFICATE", "UNKNOWN_CA", "CERTIFICATE_UNKNOWN") {
            return "\(address) requires a client certificate that it trusts: name one"
        }
        if says("WRONG_VERSION_NUMBER", "EOF during handshake") {
            return "\(address) does not agree on encryption: disable TLS if it serves without"
        }
        if rpcError?.code == .unimplemented {
            return
                "\(address) does not know this call: it is not a Frond server, or an old one; check the address or "
                + "upgrade it"
        }
        return
            "\(address) broke the connection or cannot be reached: see that it is the gRPC port of a server of Frond, "
            + "and whether it wants TLS"
    }
}

extension RPCError {
    /// The messages of the error and of all that are beneath it.
    fileprivate var reasons: String {
        var texts = [message]
        var next = cause
        while let error = next {
            texts.append((error as? RPCError)?.message ?? "\(error)")
            next = (error as? RPCError)?.cause
        }
        return texts.joined(separator: ": ")
    }
}

extension FrondError {
    /// Combines the failures of all servers.
    init(noneOf failures: [FrondError], _ unavailable: Code) {
        guard failures.count > 1, let last = failures.last else {
            self = failures.last ?? FrondError(unavailable, "the client has no server to ask; name one or more")
            return
        }
        self.init(
            failures.allSatisfy { $0.code == last.code } ? last.code : unavailable,
            "none of \(failures.count) servers answers: \(failures.map(\.message).joined(separator: "; "))",
            retryAfter: failures.compactMap(\.retryAfter).min(), cause: last.cause)
    }
}
