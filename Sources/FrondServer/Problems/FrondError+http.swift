import Frond
import HTTPTypes

extension Problem {
    /// The one place where Frond's errors become HTTP statuses.
    init(_ error: FrondError) {
        let status: HTTPResponse.Status =
            switch error.code {
            case .invalidArgument: .badRequest
            case .unknownTag, .generatorNotOfTag: .notFound
            case .tagExists, .conflict: .conflict
            case .exhausted, .storeUnavailable, .storeWentBack, .storeCorrupt, .timedOut, .overloaded, .shutDown,
                .cancelled, .workerIDsExhausted, .workerIDTaken, .workerIDHeld, .registryUnavailable, .registryLost,
                .clockMovedBackwards, .layoutExhausted:
                .serviceUnavailable
            }
        self.init(status: status, code: error.code.rawValue, detail: error.message)
        if status == .serviceUnavailable, Self.helpsToRetry(error.code) {
            headers[.retryAfter] = "\(Self.wholeSeconds(error.retryAfter ?? .seconds(1)))"
        }
    }

    /// False for errors that stay until an operator acts.
    private static func helpsToRetry(_ code: FrondError.Code) -> Bool {
        switch code {
        case .exhausted, .layoutExhausted, .storeCorrupt: false
        default: true
        }
    }

    /// `Retry-After` counts in whole seconds: rounded up, and at least 1.
    private static func wholeSeconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return max(1, seconds + (attoseconds > 0 ? 1 : 0))
    }
}
