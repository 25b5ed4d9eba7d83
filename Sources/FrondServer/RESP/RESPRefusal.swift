import Frond
import RESP

/// An error answer: a code word, and a text for people.
struct RESPRefusal: Error, Hashable, Sendable {
    /// `ERR`, or another word that clients know.
    var word = "ERR"
    var message: String

    /// The line of the answer, without its end.
    var text: String { "\(word) \(message.printable())" }
}

extension RESPRefusal {
    /// Maps an error of Frond to an answer: the one place where that is done.
    ///
    /// The message begins with the code. Clients take `TRYAGAIN` for a reason to try again.
    init(_ error: FrondError) {
        let message = "\(error.code.rawValue): \(Problem.withoutStatements(error.message))"
        self.init(word: Self.word(of: error.code), message: message)
    }

    private static func word(of code: FrondError.Code) -> String {
        switch code {
        // The words of a Redis with passwords, which clients know.
        case .unauthenticated: "NOAUTH"
        case .permissionDenied: "NOPERM"
        default: helpsToRetry(code) ? "TRYAGAIN" : "ERR"
        }
    }

    private static func helpsToRetry(_ code: FrondError.Code) -> Bool {
        switch code {
        case .invalidArgument, .unknownTag, .generatorNotOfTag, .generatorNotEnabled, .tagRetired, .tagExists,
            .exhausted,
            .storeCorrupt, .layoutExhausted, .unauthenticated, .permissionDenied:
            false
        case .conflict, .storeUnavailable, .storeWentBack, .timedOut, .overloaded, .shutDown, .cancelled,
            .workerIDsExhausted, .workerIDTaken, .workerIDHeld, .registryUnavailable, .registryLost,
            .clockMovedBackwards, .rateLimited:
            true
        }
    }

    init(_ error: RESPProtocolError) {
        self.init(message: "Protocol error: \(error)")
    }
}

extension RESPRefusal {
    static func wrongArguments(of command: String) -> RESPRefusal {
        RESPRefusal(message: "wrong number of arguments for '\(command.lowercased())' command")
    }

    static func unknownCommand(_ name: String) -> RESPRefusal {
        RESPRefusal(
            message:
                "unknown command '\(name.printable(limit: 100))'; IDs are taken by INCR, INCRBY and FROND.NEXT")
    }

    static let internalError = RESPRefusal(message: "internal server error")
    static let tooManyConnections = RESPRefusal(message: "max number of clients reached")
}
