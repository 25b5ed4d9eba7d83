import ArgumentParser
import Frond
import FrondMySQL

struct TagStripeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stripe", abstract: "Spread tags over more databases, while servers go on.",
        discussion: """
            Name all databases with --store, the old ones first and in their order. Servers that list the old ones go \
            on \
            correctly, and use the new ones once they are started with the new list. May be broken off and run again.
            """)

    @Argument(help: "The tags; all where none is named.")
    var tags: [String] = []

    @OptionGroup var settings: SettingOptions

    func run() async throws {
        try await reportingFailures {
            guard case .mysql(let databases) = try Settings(try await settings.reader()).store, databases.count > 1
            else {
                throw CommandFailure(
                    .usage, "tags are spread over several databases: name them, with commas, with --store mysql://…")
            }
            let spread = MySQLTagStriping(databases)
            for tag in try await names(databases) {
                let records = try await spread.spread(tag)
                let next = records.map(\.maxID).max() ?? 0
                try say("tag '\(tag)' is spread over \(records.count) databases, from \(next) on at the latest")
            }
        }
    }

    private func names(_ databases: [MySQLConfiguration]) async throws -> [Frond.Tag] {
        guard tags.isEmpty else { return try tags.map { try Frond.Tag($0) } }
        // The old databases know all tags; the first is one of them.
        return try await MySQLSegmentStore(databases[0]).tags().map(\.tag)
    }
}
