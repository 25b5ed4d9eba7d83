import Frond
import NIOCore
import RESP

/// One client's conversation: what it has set on its connection, and the answers to all commands but those for IDs,
/// which it checks and hands on.
///
/// A value that is told of commands and says what to do; it does no I/O.
struct RESPSession {
    /// The version of Redis whose commands are spoken, for clients that ask.
    static let redisVersion = "7.0.0"

    /// An order after a command.
    enum Outcome {
        /// Answer.
        case reply(RESPValue)
        /// Answer and end the connection.
        case last(RESPValue)
        /// End the connection without an answer.
        case end
        /// Take IDs and answer with them, within the limits; nil for none.
        case issue(IDCommand, RequestGate?)
    }

    /// The facts about the connection and the server that commands tell.
    struct Facts {
        /// The number of the connection.
        var id: Int64
        var localAddress: String
        var remoteAddress: String
        let clients: RESPClients
        let issuer: IDIssuer
        let access: AccessControl
        let peer: PeerIdentity
        var maxCount: Int
    }

    let facts: Facts
    let start: Duration
    /// The version of the protocol, which HELLO changes.
    private(set) var version = RESPVersion.two
    private(set) var name = ""
    private(set) var libraryName = ""
    private(set) var libraryVersion = ""
    /// The number of times that the client has logged in or out.
    private(set) var logins = 0
    private var door: RESPDoor

    init(facts: Facts) {
        self.facts = facts
        start = facts.clients.now
        door = RESPDoor(facts.access, facts.peer)
    }

    /// Answers one command.
    /// - Parameter arguments: its words, at least one.
    mutating func answer(_ arguments: [ByteBuffer]) -> Outcome {
        let name = String(buffer: arguments[0]).uppercased()
        do {
            return try answer(name, arguments)
        } catch let refusal as RESPRefusal {
            return .reply(.error(refusal.text))
        } catch let error as FrondError {
            return .reply(.error(RESPRefusal(error).text))
        } catch {
            return .reply(.error(RESPRefusal.internalError.text))
        }
    }

    private mutating func answer(_ name: String, _ arguments: [ByteBuffer]) throws -> Outcome {
        if !Self.asksNobody.contains(name) { try door.checkKnown() }
        switch name {
        case "INCR":
            try require(arguments.count == 2, name)
            return try issue(.increment(arguments[1]))
        case "INCRBY":
            try require(arguments.count == 3, name)
            return try issue(.increment(arguments[1], by: arguments[2], maxCount: facts.maxCount))
        case "FROND.NEXT":
            try require(arguments.count >= 2, name)
            return try issue(.next(arguments[1], arguments[2...], maxCount: facts.maxCount))
        case "QUIT": return .last(.simple("OK"))
        // The beginning of an HTTP request, by which a browser could be made to send commands.
        case "POST", "HOST:": return .end
        default: return .reply(try ofConnection(name, arguments))
        }
    }

    /// The commands that a client may send before it has logged in.
    private static let asksNobody: Set = ["AUTH", "HELLO", "QUIT", "RESET", "POST", "HOST:"]

    private mutating func issue(_ command: IDCommand) throws -> Outcome {
        .issue(command, try door.admit(command.request.tag, ids: command.count))
    }

    private mutating func ofConnection(_ name: String, _ arguments: [ByteBuffer]) throws(RESPRefusal) -> RESPValue {
        let words = arguments.dropFirst()
        switch name {
        case "PING":
            try require(words.count <= 1, name)
            return words.first.map { .bulk($0) } ?? .simple("PONG")
        case "ECHO":
            try require(words.count == 1, name)
            return .bulk(arguments[1])
        case "SELECT":
            try require(words.count == 1, name)
            return try select(String(buffer: arguments[1]))
        case "HELLO": return try hello(words.map { String(buffer: $0) })
        case "AUTH":
            try require((1...2).contains(words.count), name)
            try logIn(
                words.count == 2 ? String(buffer: arguments[1]) : nil,
                String(buffer: arguments[arguments.count - 1]))
            return .simple("OK")
        case "CLIENT": return try client(words.map { String(buffer: $0) })
        case "COMMAND": return try CommandTable.answer(words.map { String(buffer: $0) })
        case "INFO": return .verbatim(format: "txt", information(words.map { String(buffer: $0) }))
        case "RESET":
            try require(words.isEmpty, name)
            (version, self.name) = (.two, "")
            door.logOut()
            logins += 1
            return .simple("RESET")
        default: throw RefusedCommands.reason(name).map { RESPRefusal(message: $0) } ?? .unknownCommand(name)
        }
    }

    private func require(_ condition: Bool, _ name: String) throws(RESPRefusal) {
        guard condition else { throw .wrongArguments(of: name) }
    }

    private func select(_ index: String) throws(RESPRefusal) -> RESPValue {
        guard index == "0" else {
            throw RESPRefusal(
                message: "DB index is out of range: '\(index.printable(limit: 100))'; there is database 0 alone, and "
                    + "sequences are kept apart by their tags")
        }
        return .simple("OK")
    }

    // MARK: The handshake

    /// `HELLO [version [AUTH user password] [SETNAME name]]`: all of it is done, or nothing.
    private mutating func hello(_ words: [String]) throws(RESPRefusal) -> RESPValue {
        var version = version
        var name = name
        var rest = words[...]
        if let text = rest.popFirst() {
            guard let number = Int(text), let wanted = RESPVersion(rawValue: number) else {
                throw RESPRefusal(word: "NOPROTO", message: "unsupported protocol version; use 2 or 3")
            }
            version = wanted
        }
        while let option = rest.popFirst() {
            switch option.uppercased() {
            case "AUTH" where rest.count >= 2:
                try logIn(rest.removeFirst(), rest.removeFirst())
            case "SETNAME" where !rest.isEmpty: name = try Self.checked(rest.removeFirst(), "Client names")
            default:
                throw RESPRefusal(
                    message: "Syntax error in HELLO option '\(option.printable(limit: 100))'; use AUTH user password "
                        + "and SETNAME name")
            }
        }
        try Self.checkKnown(&door)
        (self.version, self.name) = (version, name)
        return .map([
            .init(.text("server"), .text("frond")), .init(.text("version"), .text(Self.redisVersion)),
            .init(.text("proto"), .integer(Int64(version.rawValue))), .init(.text("id"), .integer(facts.id)),
            .init(.text("mode"), .text("standalone")), .init(.text("role"), .text("master")),
            .init(.text("modules"), .array([])),
        ])
    }

    /// Without tokens, as a Redis without a password does: the default user needs none, and no other user exists.
    /// - Parameter password: a token; with tokens the user is its name, or `default`, or left out.
    private mutating func logIn(_ user: String?, _ password: String) throws(RESPRefusal) {
        if door.wantsTokens {
            try door.logIn(user, token: password)
            logins += 1
            return
        }
        guard let user else {
            throw RESPRefusal(
                message: "AUTH <password> called without any password configured; this server has no passwords: leave "
                    + "the password out of the client's address, and see the settings auth.tokens and tls.clientCA")
        }
        guard user == "default" else {
            throw RESPRefusal(
                word: "WRONGPASS",
                message: "invalid username-password pair; this server has the user 'default' alone, without a password")
        }
    }

    private static func checkKnown(_ door: inout RESPDoor) throws(RESPRefusal) {
        do throws(FrondError) {
            try door.checkKnown()
        } catch {
            throw RESPRefusal(error)
        }
    }

    // MARK: CLIENT

    private mutating func client(_ words: [String]) throws(RESPRefusal) -> RESPValue {
        let subcommand = words.first?.uppercased() ?? ""
        switch (subcommand, words.count) {
        case ("ID", 1): return .integer(facts.id)
        case ("GETNAME", 1): return name.isEmpty ? .null : .text(name)
        case ("SETNAME", 2):
            name = try Self.checked(words[1], "Client names")
            return .simple("OK")
        case ("SETINFO", 3):
            try setLibrary(words[1].uppercased(), words[2])
            return .simple("OK")
        case ("INFO", 1): return .text(description + "\n")
        case ("LIST", 1...): return .text(description + "\n")
        case ("NO-EVICT", 2), ("NO-TOUCH", 2): return .simple("OK")
        case ("REPLY", 2) where words[1].uppercased() == "ON": return .simple("OK")
        case ("TRACKING", 2) where words[1].uppercased() == "OFF": return .simple("OK")
        case ("GETREDIR", 1): return .integer(-1)
        default:
            throw RESPRefusal(
                message: "'CLIENT \(subcommand.printable(limit: 100))' with \(max(0, words.count - 1)) arguments is "
                    + "not served; use ID, GETNAME, SETNAME, SETINFO, INFO, LIST, NO-EVICT, NO-TOUCH or REPLY ON")
        }
    }

    private mutating func setLibrary(_ attribute: String, _ value: String) throws(RESPRefusal) {
        switch attribute {
        case "LIB-NAME": libraryName = try Self.checked(value, "lib-name")
        case "LIB-VER": libraryVersion = try Self.checked(value, "lib-ver")
        default:
            throw RESPRefusal(
                message: "Unrecognized option '\(attribute.printable(limit: 100))'; use LIB-NAME or LIB-VER")
        }
    }

    /// The longest text that a client may have kept, in bytes.
    private static let longestName = 128

    /// A text that fits in the line of `CLIENT INFO`.
    private static func checked(_ text: String, _ subject: String) throws(RESPRefusal) -> String {
        guard text.utf8.count <= longestName, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw RESPRefusal(
                message: "\(subject) cannot contain spaces, newlines or special characters, or more than "
                    + "\(longestName) characters")
        }
        return text
    }

    /// The connection in the words of `CLIENT INFO`; what this server does not count is 0.
    private var description: String {
        let age = (facts.clients.now - start).components.seconds
        return "id=\(facts.id) addr=\(facts.remoteAddress) laddr=\(facts.localAddress) fd=0 name=\(name) age=\(age) "
            + "idle=0 flags=N db=0 sub=0 psub=0 ssub=0 multi=-1 qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 "
            + "obl=0 oll=0 omem=0 tot-mem=0 events=r cmd=client user=default redir=-1 resp=\(version.rawValue) "
            + "lib-name=\(libraryName) lib-ver=\(libraryVersion)"
    }
}
