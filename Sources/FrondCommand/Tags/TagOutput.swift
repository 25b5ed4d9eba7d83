import ArgumentParser
import Foundation
import Frond
import FrondServer
import TextTable

/// The output of tags: a table for people, JSON for programs.
struct TagOutput: ParsableArguments {
    @Flag(help: "Print JSON.")
    var json = false

    func print(_ record: TagRecord) throws {
        if json {
            try sayJSON(TagDocument(record))
        } else {
            try printTable([record])
        }
    }

    func print(_ records: [TagRecord]) throws {
        if json {
            try sayJSON(records.map { TagDocument($0) })
        } else if records.isEmpty {
            try say("no tags yet: create one with 'frond tag create TAG'")
        } else {
            try printTable(records)
        }
    }

    private func printTable(_ records: [TagRecord]) throws {
        let table = TextTable<TagDocument> { row in
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
        if let text = table.string(for: records.map { TagDocument($0) }, style: Style.plain) { try say(text) }
    }
}

extension TagDocument {
    fileprivate var optionsText: String { options.map { "\($0)=\($1)" }.sorted().joined(separator: " ") }
}

extension SettingOptions {
    /// The store that the settings name.
    /// - Parameter mustExist: false for a command that may make an embedded store.
    func openStore(mustExist: Bool = true) async throws -> any TagStore {
        let reader = try await reader()
        return try Settings(reader).store.open(mustExist: mustExist).segments
    }
}
