package import Frond
package import GRPCCore

// The one place where Frond's errors become gRPC codes, and codes become Frond's errors.

extension ErrorStatus {
    /// - Note: `exhausted` and `layoutExhausted` are OUT_OF_RANGE, since no later call can succeed. A wait that reached
    ///   the server's own bound is UNAVAILABLE and not DEADLINE_EXCEEDED, which says that the caller's own has passed.
    package init(_ error: FrondError) {
        let code = error.code.grpc
        // UNAVAILABLE comes with the time of the next attempt, as over HTTP.
        self.init(
            code: code, reason: error.code.rawValue, message: error.message.printable(limit: Self.longestMessage),
            retryAfter: error.retryAfter ?? (code == .unavailable ? .seconds(1) : nil), scope: error.scope)
    }
}

extension FrondError.Code {
    package var grpc: RPCError.Code {
        switch self {
        case .invalidArgument: .invalidArgument
        // Gone for good: older clients, which do not know the reason, take it for a tag that does not exist.
        case .unknownTag, .generatorNotOfTag, .tagRetired: .notFound
        case .generatorNotEnabled: .unimplemented
        case .tagExists: .alreadyExists
        case .exhausted, .layoutExhausted: .outOfRange
        case .storeUnavailable, .registryUnavailable, .timedOut, .shutDown, .clockMovedBackwards: .unavailable
        case .overloaded, .workerIDsExhausted, .rateLimited: .resourceExhausted
        case .unauthenticated: .unauthenticated
        case .permissionDenied: .permissionDenied
        case .workerIDTaken, .conflict: .aborted
        // An operator has to act before a later call can succeed.
        case .storeWentBack, .registryLost, .workerIDHeld: .failedPrecondition
        case .storeCorrupt: .dataLoss
        case .cancelled: .cancelled
        }
    }
}

extension FrondError {
    /// Reads the error that a call, or a request of a stream, ended with.
    /// - Parameter status: its reason decides; the code does where the reason is not one of ours, as with statuses that
    ///   the transport or a proxy makes.
    package init(_ status: ErrorStatus) {
        if let code = Code(rawValue: status.reason) {
            self.init(code, status.message, retryAfter: status.retryAfter)
            if let scope = status.scope { self.scope = scope }
        } else {
            let code = Self.code(of: status.code)
            let mayHelp = code == .storeUnavailable || code == .timedOut || code == .overloaded
            self.init(
                code, "\(status.message) (gRPC: \(status.code))",
                retryAfter: status.retryAfter ?? (mayHelp ? .seconds(1) : nil))
        }
    }

    /// Reads the error that a call ended with.
    package init(_ error: RPCError) {
        self.init(ErrorStatus(error))
        cause = error.cause ?? error
    }

    private static func code(of code: RPCError.Code) -> Code {
        switch code {
        case .invalidArgument, .unimplemented: .invalidArgument
        case .notFound: .unknownTag
        case .alreadyExists: .tagExists
        case .outOfRange: .exhausted
        case .resourceExhausted: .overloaded
        case .deadlineExceeded: .timedOut
        case .cancelled: .cancelled
        case .aborted: .workerIDTaken
        case .dataLoss: .storeCorrupt
        case .unauthenticated: .unauthenticated
        case .permissionDenied: .permissionDenied
        default: .storeUnavailable
        }
    }
}
