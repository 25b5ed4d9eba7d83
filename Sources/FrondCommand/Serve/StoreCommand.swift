import ArgumentParser
import Foundation
import Frond
import FrondSQLite

/// `frond store`: the files of the embedded store, for operators.
struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Go on with a data directory that was moved, copied or restored.",
        subcommands: [StoreAdoptCommand.self])
}

struct StoreAdoptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Make a copied data directory the one to go on with.",
        discussion: """
            A copy of the embedded store is refused, since it and the original would issue the same IDs. Stop the \
            original for good, and run this once where the copy is. After restoring a backup, add --skip with more \
            numbers than were issued of any tag since the backup. Worker IDs that were held in the original are free \
            in the copy.
            """)

    /// The time by which an original that runs against all advice has noticed that its file was replaced.
    private static let pause = Duration.seconds(3)

    @Option(
        help: ArgumentHelp(
            "After restoring a backup: how many numbers of each tag to leave out.", valueName: "count"))
    var skip: Int64 = 0

    @Flag(help: "Consent to a --skip that ends a tag, or nearly.")
    var allowEnd = false

    @OptionGroup var settings: SettingOptions

    func run() async throws {
        try await reportingFailures {
            guard skip >= 0 else { throw CommandFailure(.usage, "--skip: \(skip) is not allowed; use 0 or more") }
            let reader = try await settings.reader()
            let settings = try Settings(reader)
            let now = SystemTimeSource().wallMilliseconds
            let floor = now + Self.pause.wholeMilliseconds
            if case .sqlite(let path) = settings.store {
                try await adopt(path, floorMilliseconds: floor)
            } else if skip > 0 {
                throw CommandFailure(
                    .usage, "--skip is for the embedded store, and the store is a database: move its tags with tag set")
            }
            let directory = reader.string(.dataDirectory, default: "./frond-data")
            let workerIDs = Self.workerIDs(in: directory)
            if case .mysql = settings.store, workerIDs.isEmpty {
                throw CommandFailure(
                    .usage, "the store is a database, and '\(directory)' has no file of a worker ID: nothing to adopt")
            }
            for workerID in workerIDs {
                try await FileWorkerRegistry(workerID: workerID, directory: directory).adopt(floorMilliseconds: floor)
                try say("the file of worker ID \(workerID) in \(directory) is adopted")
            }
            // A server that is started next issues at once.
            try await Task.sleep(for: Self.pause)
        }
    }

    private func adopt(_ path: String, floorMilliseconds floor: Int64) async throws {
        let store = try SQLiteSegmentStore(path: path, mustExist: true, adopting: true)
        try await checkSkip(of: try await store.tags())
        let registry = SQLiteWorkerRegistry(beside: store)
        // Snowflake IDs of the original are for times before that.
        try await registry.store.raiseFloor(to: floor)
        let freed = try await registry.workers().filter {
            $0.isReleased && $0.state(nowMilliseconds: floor - Self.pause.wholeMilliseconds) == .held
        }
        if skip > 0 {
            for record in try await store.tags() {
                let (next, overflows) = record.maxID.addingReportingOverflow(skip)
                let end = record.maxValue + 1
                let change = TagChange(maxID: overflows ? end : min(next, end), allowEnd: true)
                _ = try await store.change(record.tag, change)
            }
        }
        try await store.close()
        try say("'\(path)' is adopted\(skip > 0 ? ", and \(skip) numbers of each tag are left out" : "")")
        for record in freed {
            let holder = record.holder.map { "\($0)".printable() } ?? "another server"
            try say(
                "worker ID \(record.workerID) was held by \(holder) when the copy was made: that one must have stopped")
        }
    }

    /// A number that would end a tag is a mistake more likely than meant.
    private func checkSkip(of records: [TagRecord]) async throws {
        guard skip > 0, !allowEnd else { return }
        for record in records {
            let left = record.maxValue - record.maxID + 1
            guard skip > left - left / 16 else { continue }
            throw CommandFailure(
                .usage,
                "--skip \(skip) would leave tag '\(record.tag)' a sixteenth of its \(left) numbers or less; check it, "
                    + "or consent with --allow-end")
        }
    }

    /// The worker IDs that have a file in a directory.
    private static func workerIDs(in directory: String) -> [Int64] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.filter { $0.hasPrefix("worker-") }.compactMap { Int64($0.dropFirst("worker-".count)) }.sorted()
    }
}
