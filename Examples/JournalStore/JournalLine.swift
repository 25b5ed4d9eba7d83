import Foundation
import Frond

/// One line of the journal: the record of a tag.
struct JournalLine: Codable {
    private var tag: String
    private var maxID, step, startID, maxValue, cycle, version, updatedAtMilliseconds: Int64
    private var cycles: Bool
    private var description, options: String
    private var lastFirst, previousFirst: Int64?
    private var secrets: String?

    init(_ record: TagRecord) {
        tag = record.tag.name
        maxID = record.maxID
        step = record.step
        startID = record.startID
        maxValue = record.maxValue
        cycle = record.cycle
        version = record.version
        updatedAtMilliseconds = record.updatedAtMilliseconds
        cycles = record.cycles
        description = record.description
        options = record.options.text
        lastFirst = record.lastReservation?.first
        previousFirst = record.lastReservation?.previous?.first
        secrets = record.lastReservation?.secretText(version: record.version)
    }

    init(_ line: Data, path: String) throws(FrondError) {
        do {
            self = try JSONDecoder().decode(Self.self, from: line)
        } catch {
            throw FrondError(
                .storeCorrupt, "the journal '\(path)' has a line that is not a record; restore the file: \(error)")
        }
    }

    /// The line with its end.
    func text(path: String) throws(FrondError) -> [UInt8] {
        do {
            return try JSONEncoder().encode(self) + [UInt8(ascii: "\n")]
        } catch {
            throw FrondError(.storeCorrupt, "the record of tag '\(tag)' cannot be written to '\(path)': \(error)")
        }
    }

    func record() throws(FrondError) -> TagRecord {
        let tag = try Tag(tag)
        return TagRecord(
            tag: tag,
            settings: TagSettings(
                step: step, startID: startID, maxValue: maxValue, cycles: cycles, description: description,
                options: try TagOptions(text: options, of: tag)),
            maxID: maxID, cycle: cycle, version: version, updatedAtMilliseconds: updatedAtMilliseconds,
            lastReservation: TagReservation(
                first: lastFirst, previousFirst: previousFirst, secretText: secrets ?? "", version: version))
    }
}
