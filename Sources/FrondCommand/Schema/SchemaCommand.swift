import ArgumentParser
import FrondMySQL

/// `frond schema`: the tables in a database, looked at and made by an operator.
struct SchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print or apply what a database lacks of Frond's tables.",
        subcommands: [SchemaPrintCommand.self, SchemaApplyCommand.self])
}

struct SchemaPrintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "print", abstract: "Print, as SQL, what the database lacks; nothing is changed.")

    @Flag(help: "Print all tables, without asking the database.")
    var all = false

    @OptionGroup var settings: SettingOptions

    func run() async throws {
        try await reportingFailures {
            if all {
                try say(MySQLSchema.text)
                return
            }
            for schema in try await settings.schemas() {
                try say("-- \(schema.name)")
                for statement in try await schema.missing() { try say("\(statement);") }
            }
        }
    }
}

struct SchemaApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Make what the database lacks. Rows stay, and servers of Leaf on the same table go on.")

    @OptionGroup var settings: SettingOptions

    func run() async throws {
        try await reportingFailures {
            for schema in try await settings.schemas() {
                let statements = try await schema.apply()
                for statement in statements { try say("\(statement);") }
                try say(statements.isEmpty ? "\(schema.name) lacks nothing" : "\(schema.name) has all it needs now")
                warn(of: try await schema.unservedRows())
            }
        }
    }
}

extension SettingOptions {
    /// The tables of each database that the store names.
    fileprivate func schemas() async throws -> [MySQLSchema] {
        switch try Settings(try await reader()).store {
        case .sqlite:
            throw CommandFailure(
                .usage, "the embedded store makes its tables itself: name a database with --store mysql://…")
        case .mysql(let configurations): configurations.map { MySQLSchema($0) }
        }
    }
}
