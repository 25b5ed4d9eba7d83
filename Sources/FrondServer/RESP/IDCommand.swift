import Frond
import NIOCore
import RESP

/// A command that takes IDs, checked.
struct IDCommand: Hashable, Sendable {
    /// The form of the answer.
    enum Form: Hashable, Sendable {
        /// One ID, an integer: what `INCR` answers everywhere.
        case integer
        /// One ID, an integer or a text, for a key that names its generator.
        case id
        /// The last of several numbers that follow on each other.
        case lastOfRun
        /// An array of IDs as texts.
        case list
    }

    var request: IssueRequest
    /// 1 or more.
    var count = 1
    var form: Form

    /// `INCR key`.
    static func increment(_ key: ByteBuffer) throws(FrondError) -> IDCommand {
        let key = try RESPKey(key)
        return IDCommand(request: IssueRequest(key), form: key.namesGenerator ? .id : .integer)
    }

    /// `INCRBY key n`; for a single ID the same as `INCR`, which some clients write so.
    static func increment(
        _ key: ByteBuffer, by count: ByteBuffer, maxCount: Int
    ) throws(FrondError) -> IDCommand {
        let count = try number(count, named: "the increment", maxCount)
        guard count > 1 else { return try increment(key) }
        return IDCommand(request: IssueRequest(try RESPKey(key)), count: count, form: .lastOfRun)
    }

    /// `FROND.NEXT key [COUNT n] [FORMAT f]`.
    /// - Parameter options: the arguments behind the key.
    static func next(
        _ key: ByteBuffer, _ options: ArraySlice<ByteBuffer>, maxCount: Int
    ) throws(FrondError) -> IDCommand {
        let key = try RESPKey(key)
        var command = IDCommand(request: IssueRequest(key), form: .list)
        var names = Set<String>()
        var rest = options
        while let option = rest.popFirst() {
            let name = String(buffer: option).uppercased()
            guard name == "COUNT" || name == "FORMAT", names.insert(name).inserted, let value = rest.popFirst() else {
                throw FrondError(
                    .invalidArgument,
                    "'\(String(buffer: option).printable(limit: 100))' is not an option with a value that comes once; "
                        + "FROND.NEXT takes a key, COUNT n and FORMAT f")
            }
            if name == "COUNT" {
                command.count = try number(value, named: "count", maxCount)
            } else {
                command.request.format = try TextFormat(String(buffer: value))
            }
        }
        return command
    }

    private static func number(_ text: ByteBuffer, named name: String, _ maxCount: Int) throws(FrondError) -> Int {
        let text = String(buffer: text)
        guard let number = Int(digits: text), (1...maxCount).contains(number) else {
            throw FrondError(
                .invalidArgument, "\(name) '\(text.printable(limit: 100))' is not a number from 1 to \(maxCount)")
        }
        return number
    }
}

extension IssueRequest {
    fileprivate init(_ key: RESPKey) {
        self.init(key.tag, by: key.generator, uuidVersion: key.uuidVersion)
    }
}
