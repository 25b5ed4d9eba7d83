import ArgumentParser
import Foundation
import Frond

/// `frond worker`: who holds which worker ID.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "List worker IDs, free one whose holder is gone, or begin a registry.",
        subcommands: [WorkerListCommand.self, WorkerReleaseCommand.self, WorkerInitCommand.self])
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

/// `frond worker init`: once for each registry that lives apart from its servers.
struct WorkerInitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Begin a new registry of worker IDs, or one that was lost.",
        discussion: """
            A registry that lives apart from its servers is initialised once. One that was wiped, or restored from a \
            copy, is refused by every server, since servers that run may still hold worker IDs that it knows nothing \
            of: \
            initialise it again with --after-loss, and it gives out no worker ID before their horizons have passed.
            """)

    @Flag(help: "The registry was wiped, or restored from a copy, while servers were using it.")
    var afterLoss = false

    @Option(
        help: ArgumentHelp(
            "With --after-loss: how long to give out none, such as 10m; longer than worker.maxHorizon of any server "
                + "and as much more as their clocks may be wrong. (default: worker.maxHorizon and a minute)",
            valueName: "time"))
    var hold: String?

    @OptionGroup var registry: RegistryOptions

    func run() async throws {
        try await reportingFailures {
            let origin = try await registry.open().initialise(floorMilliseconds: try await floor())
            try say("the registry is initialised")
            if origin.floorMilliseconds > 0 {
                let time = Date(timeIntervalSince1970: Double(origin.floorMilliseconds) / 1000).formatted(.iso8601)
                try say("it gives out worker IDs from \(time) on")
            }
        }
    }

    private func floor() async throws -> Int64? {
        guard afterLoss else {
            guard hold == nil else { throw CommandFailure(.usage, "--hold is of use with --after-loss only") }
            return nil
        }
        var length = try await registry.read().snowflake.worker.maxHorizon + .seconds(60)
        if let hold {
            guard let duration = Duration(text: hold) else {
                throw CommandFailure(.usage, "--hold: '\(hold)' is not a time such as 10m")
            }
            length = duration
        }
        return SystemTimeSource().wallMilliseconds + length.wholeMilliseconds
    }
}

/// The registry that a command looks at.
struct RegistryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The registry of worker IDs.",
            discussion: "sqlite:, mysql://…, etcd://…, zookeeper://…, static:N or statefulset:NAME[+OFFSET].")
    )
    var registry: String?

    @OptionGroup var settings: SettingOptions

    func read() async throws -> Settings {
        try Settings(try await settings.reader([.registry: registry]))
    }

    func open() async throws -> any WorkerRegistry {
        guard let registry = try await read().registry.open(mustExist: true) else {
            throw CommandFailure(.usage, "registry: 'none' has no worker IDs: name one with --registry")
        }
        return registry
    }
}
