import ArgumentParser
import Frond

/// `frond worker`: who holds which worker ID.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "List worker IDs, or free one whose holder is gone.",
        subcommands: [WorkerListCommand.self, WorkerReleaseCommand.self])
}

struct WorkerListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List every worker ID ever held.")

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var output: WorkerOutput

    func run() async throws {
        try await reportingFailures {
            try output.print(try await registry.open().workers())
        }
    }
}

struct WorkerReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Free a worker ID whose horizon has passed.")

    // An array, since only that takes '-1' for a value, to be refused by its name, and not for an unknown option.
    @Argument(parsing: .allUnrecognized, help: "The worker ID.")
    var workerID: [String]

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var output: WorkerOutput

    func run() async throws {
        try await reportingFailures {
            let text = workerID.joined(separator: " ")
            guard let workerID = Int64(text), workerID >= 0 else {
                throw CommandFailure(
                    .usage, "'\(text)' is not a worker ID: a whole number from 0 on; 'frond worker list' shows them")
            }
            let now = SystemTimeSource().wallMilliseconds
            try output.print([try await registry.open().free(workerID, nowMilliseconds: now)])
        }
    }
}

/// Which registry a command looks at.
struct RegistryOptions: ParsableArguments {
    @Option(help: "Where worker IDs come from: sqlite:, sqlite:/path/to/file, static:N or statefulset:.")
    var registry: String?

    @OptionGroup var settings: SettingOptions

    func open() async throws -> any WorkerRegistry {
        let url = try Settings(try await settings.reader([.registry: registry])).registry
        guard let registry = try url.open() else {
            throw CommandFailure(.usage, "registry: 'none' has no worker IDs: name one with --registry")
        }
        return registry
    }
}
