import RESP

/// The commands that are served, as `COMMAND` tells of them.
struct CommandTable: Sendable {
    /// One command.
    struct Entry: Sendable {
        var name: String
        /// The number of words with the name; negative for that or more.
        var arity: Int
        var flags: [String]
        /// True where the first argument is a key.
        var hasKey = false
        var summary: String
        var group = "connection"
    }

    static let entries = [
        Entry(
            name: "incr", arity: 2, flags: ["write", "fast"], hasKey: true, summary: "Takes the next ID of a tag.",
            group: "string"),
        Entry(
            name: "incrby", arity: 3, flags: ["write", "fast"], hasKey: true,
            summary: "Takes n numbers of a tag that follow on each other, and answers the last.", group: "string"),
        Entry(
            name: "frond.next", arity: -2, flags: ["write"], hasKey: true,
            summary: "Takes IDs of a tag: FROND.NEXT key [COUNT n] [FORMAT f].", group: "generic"),
        Entry(name: "ping", arity: -1, flags: ["fast"], summary: "Answers PONG, or the message."),
        Entry(name: "echo", arity: 2, flags: ["fast"], summary: "Answers the message."),
        Entry(name: "hello", arity: -1, flags: ["fast"], summary: "Tells of the server and changes the protocol."),
        Entry(name: "auth", arity: -2, flags: ["fast"], summary: "Logs in."),
        Entry(name: "select", arity: 2, flags: ["fast"], summary: "Selects database 0."),
        Entry(name: "client", arity: -2, flags: [], summary: "Tells of the connection, and names it."),
        Entry(name: "command", arity: -1, flags: [], summary: "Tells of the commands.", group: "server"),
        Entry(name: "info", arity: -1, flags: [], summary: "Tells of the server.", group: "server"),
        Entry(name: "reset", arity: 1, flags: ["fast"], summary: "Makes the connection as it was at first."),
        Entry(name: "quit", arity: -1, flags: ["fast"], summary: "Ends the connection."),
    ]

    static func entry(_ name: String) -> Entry? {
        let name = name.lowercased()
        return entries.first { $0.name == name }
    }

    /// The answer to `COMMAND` and its subcommands.
    /// - Parameter words: the words behind `COMMAND`.
    static func answer(_ words: [String]) throws(RESPRefusal) -> RESPValue {
        guard let subcommand = words.first?.uppercased() else { return .array(entries.map(\.information)) }
        let names = words.dropFirst()
        switch subcommand {
        case "COUNT" where names.isEmpty: return .integer(Int64(entries.count))
        case "LIST" where names.isEmpty: return .texts(entries.map(\.name))
        case "INFO":
            guard !names.isEmpty else { return .array(entries.map(\.information)) }
            return .array(names.map { entry($0)?.information ?? .null })
        case "DOCS":
            let chosen = names.isEmpty ? entries : names.compactMap { entry($0) }
            return .map(chosen.map { RESPValue.Pair(.text($0.name), $0.documentation) })
        case "GETKEYS":
            guard let name = names.first, let entry = entry(name), entry.hasKey, let key = names.dropFirst().first
            else { throw RESPRefusal(message: "The command has no key arguments") }
            return .texts([key])
        default:
            throw RESPRefusal(
                message: "unknown subcommand of COMMAND; use COUNT, DOCS, GETKEYS, INFO or LIST")
        }
    }
}

extension CommandTable.Entry {
    /// Name, arity, flags, first and last key, step, categories, tips, specifications of keys, subcommands.
    fileprivate var information: RESPValue {
        let key: Int64 = hasKey ? 1 : 0
        return .array([
            .text(name), .integer(Int64(arity)), .set(flags.map { .simple($0) }), .integer(key), .integer(key),
            .integer(key), .set([.simple("@\(group)")]), .array([]), .array([]), .array([]),
        ])
    }

    fileprivate var documentation: RESPValue {
        .map([
            .init(.text("summary"), .text(summary)), .init(.text("since"), .text("1.0.0")),
            .init(.text("group"), .text(group)),
        ])
    }
}
