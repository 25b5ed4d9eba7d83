import Foundation
package import Frond

/// A tag in JSON. Its numbers are strings, since JavaScript loses integers above 2^53.
package struct TagDocument: Encodable {
    package var tag: String
    /// The next number that was never reserved.
    package var maxId: String
    package var step: String
    package var start: String
    package var max: String
    package var cycles: Bool
    package var cycle: Int64
    package var version: Int64
    /// The version of the settings, which reservations do not change: what `If-Match` compares.
    package var settingsVersion: String
    package var description: String
    package var updatedAt: String
    package var retired: Bool
    /// The options that are set, by their names; of a scramble the fingerprint of the key, and not the key.
    package var options: [String: String]

    package init(_ record: TagRecord) {
        tag = record.tag.name
        maxId = String(record.maxID)
        step = String(record.step)
        start = String(record.startID)
        max = String(record.maxValue)
        cycles = record.cycles
        cycle = record.cycle
        version = record.version
        settingsVersion = String(record.settings.version)
        description = record.description
        retired = record.options.isRetired
        options = record.options.values
        let seconds = Double(record.updatedAtMilliseconds) / 1000
        updatedAt = Date(timeIntervalSince1970: seconds).formatted(.iso8601)
    }
}

/// A page of tags in JSON.
struct TagPageDocument: Encodable {
    var tags: [TagDocument]
    /// The parameter `after` of the next page; nil for the last one.
    var next: String?
    /// Rows of the store that are not served.
    var unserved: [Row]

    struct Row: Encodable {
        var name: String
        var reason: String
    }
}
