import ArgumentParser

/// The `frond` command.
@main
struct FrondCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "frond",
        abstract: "Distributed ID generation: no ID twice.",
        version: FrondVersion.current,
        subcommands: [
            ServeCommand.self, NextCommand.self, TagCommand.self, WorkerCommand.self, SchemaCommand.self,
            DecodeCommand.self,
            BenchCommand.self,
        ]
    )
}

/// The version that `frond --version` prints.
enum FrondVersion {
    static let current = "0.1.0"
}
