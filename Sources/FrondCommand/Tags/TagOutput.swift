import ArgumentParser
import Foundation
import Frond
import TextTable

/// The output of tags: a table for people, JSON for programs.
struct TagOutput: ParsableArguments {
    @Flag(help: "Print JSON.")
    var json = false

    /// A tag as JSON: IDs are strings, since JavaScript loses integers above 2^53.
    private struct Row: Encodable {
        var tag, maxId, step, start, max: String
        var cycles: Bool
        var cycle, version: Int64
        var description, updatedAt: String
        /// The options that are set; the key's fingerprint and not the key.
        var options: [String: String]

        init(_ record: TagRecord) {
            tag = record.tag.name
            maxId = String(record.maxID)
            step = String(record.step)
            start = String(record.startID)
            max = String(record.maxValue)
            cycles = record.cycles
            cycle = record.cycle
            version = record.version
            description = record.description
            options = record.options.values
            let seconds = Double(record.updatedAtMilliseconds) / 1000
            updatedAt = Date(timeIntervalSince1970: seconds).formatted(.iso8601)
        }

        var optionsText: String { options.map { "\($0)=\($1)" }.sorted().joined(separator: " ") }
    }

    func print(_ record: TagRecord) throws {
        if json {
            try sayJSON(Row(record))
        } else {
            try printTable([record])
        }
    }

    func print(_ records: [TagRecord]) throws {
        if json {
            try sayJSON(records.map(Row.init))
        } else if records.isEmpty {
            try say("no tags yet: create one with 'frond tag create TAG'")
        } else {
            try printTable(records)
        }
    }

    private func printTable(_ records: [TagRecord]) throws {
        let table = TextTable<Row> { row in
            [
                Column(title: "TAG", value: row.tag),
                Column(title: "NEXT", value: row.maxId, align: .right),
                Column(title: "STEP", value: row.step, align: .right),
                Column(title: "START", value: row.start, align: .right),
                Column(title: "MAX", value: row.max, align: .right),
                Column(title: "CYCLE", value: row.cycles ? "\(row.cycle)" : "-", align: .right),
                Column(title: "CHANGED", value: row.updatedAt),
                Column(title: "OPTIONS", value: row.optionsText.printable()),
                Column(title: "DESCRIPTION", value: row.description.printable()),
            ]
        }
        if let text = table.string(for: records.map(Row.init), style: Style.plain) { try say(text) }
    }
}

extension SettingOptions {
    /// The store that the settings name.
    /// - Parameter mustExist: false for a command that may make an embedded store.
    func openStore(mustExist: Bool = true) async throws -> any TagStore {
        let reader = try await reader()
        return try Settings(reader).store.open(mustExist: mustExist).segments
    }
}
