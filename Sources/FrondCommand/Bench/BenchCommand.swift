import ArgumentParser

/// `frond bench`: measures, and checks that no ID came back twice.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure a deployment, and check that no ID came back twice.",
        subcommands: [BenchHTTPCommand.self, BenchGRPCCommand.self, BenchRESPCommand.self])
}
