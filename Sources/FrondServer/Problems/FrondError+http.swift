import Frond
import HTTPTypes

extension Problem {
    /// Maps an error of Frond to a status: the one place where that is done.
    init(_ error: FrondError) {
        let status: HTTPResponse.Status =
            switch error.code {
            case .invalidArgument: .badRequest
            case .unknownTag, .generatorNotOfTag, .generatorNotEnabled: .notFound
            case .tagRetired: .gone
            case .tagExists, .conflict: .conflict
            case .unauthenticated: .unauthorized
            case .permissionDenied: .forbidden
            case .rateLimited: .tooManyRequests
            case .exhausted, .storeUnavailable, .storeWentBack, .storeCorrupt, .timedOut, .overloaded, .shutDown,
                .cancelled, .workerIDsExhausted, .workerIDTaken, .workerIDHeld, .registryUnavailable, .registryLost,
                .clockMovedBackwards, .layoutExhausted:
                .serviceUnavailable
            }
        self.init(status: status, code: error.code.rawValue, detail: Self.withoutStatements(error.message))
        if let challenge = AccessChallenge(error.code) { headers[.wwwAuthenticate] = challenge.rawValue }
        if status == .tooManyRequests || status == .serviceUnavailable, Self.helpsToRetry(error.code) {
            headers[.retryAfter] = "\(Self.wholeSeconds(error.retryAfter ?? .seconds(1)))"
        }
    }

    /// The reason without SQL: a cure that an operator is to run is not a client's business.
    static func withoutStatements(_ message: String) -> String {
        let statement =
            /\b(ALTER|CREATE|DROP)\s+TABLE\b|\bINSERT\s+INTO\b|\b(SELECT|DELETE)\s.*\bFROM\b|\bUPDATE\s.*\bSET\b/
        guard let found = message.firstMatch(of: statement) else { return message }
        let reason = message[..<found.range.lowerBound]
        // Without what opens the statement, such as a quote; one that closes a word belongs to the reason.
        let opened = reason.hasSuffix("'") || reason.hasSuffix("\"") ? reason.dropLast() : reason
        let end = opened.lastIndex { $0.isLetter || $0.isNumber || $0 == "'" || $0 == ")" }
        return end.map { "\(opened[...$0]); the server's log has the cure" } ?? "the server's log has the reason"
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
