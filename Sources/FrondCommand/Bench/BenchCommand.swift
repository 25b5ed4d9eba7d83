import ArgumentParser

/// `frond bench`: measures, and checks that no ID came back twice.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure a deployment, or the generators in process.",
        subcommands: [BenchHTTPCommand.self, BenchGRPCCommand.self, BenchGeneratorsCommand.self])
}
