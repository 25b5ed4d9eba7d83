import ArgumentParser
import Frond

/// The `frond` command.
@main
struct FrondCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "frond",
        abstract: "Distributed ID generation: no ID twice.",
        version: FrondVersion.current,
        subcommands: [
            ServeCommand.self, CheckCommand.self, ReloadCommand.self, NextCommand.self, TagCommand.self,
            WorkerCommand.self, SchemaCommand.self,
            StoreCommand.self, TokenCommand.self,
            DecodeCommand.self,
            BenchCommand.self,
        ]
    )
}
