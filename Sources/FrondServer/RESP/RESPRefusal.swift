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
        self.init(word: Self.helpsToRetry(error.code) ? "TRYAGAIN" : "ERR", message: message)
    }

    private static func helpsToRetry(_ code: FrondError.Code) -> Bool {
        switch code {
        case .invalidArgument, .unknownTag, .generatorNotOfTag, .generatorNotEnabled, .tagRetired, .tagExists, .exhausted,
            .storeCorrupt, .layoutExhausted:
            false
        case .conflict, .storeUnavailable, .storeWentBack, .timedOut, .overloaded, .shutDown, .cancelled,
            .workerIDsExhausted, .workerIDTaken, .workerIDHeld, .registryUnavailable, .registryLost,
            .clockMovedBackwards:
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
