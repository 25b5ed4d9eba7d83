import ArgumentParser
import Frond
import FrondServer

/// `frond decode`: takes an ID apart.
struct DecodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode", abstract: "Show what an ID says: time, worker and sequence, or the number of a tag.",
        discussion: """
            Without --tag the ID is a snowflake ID; the layout is taken from the settings, as for the server, and \
            --layout \
            names a preset. With --tag it is read as the tag's IDs are written, and unscrambled.
            """)

    // An array, since only that takes '-1' for a value, to be refused by its name, and not for an unknown option.
    @Argument(parsing: .allUnrecognized, help: "The ID.")
    var id: [String]

    @Option(help: "The tag that it is an ID of.")
    var tag: String?

    @Option(help: "A preset: \(SnowflakeLayout.presets.map(\.key).joined(separator: ", ")).")
    var layout: String?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var settings: SettingOptions

    func run() async throws {
        try await reportingFailures {
            let text = id.joined(separator: " ")
            let reader = try await settings.reader([.snowflakeLayout: layout])
            if let tag {
                try await decode(text, of: try Tag(tag), reader)
            } else {
                guard let number = Int64(text), number >= 0 else {
                    throw CommandFailure(
                        .usage,
                        "'\(text)' is not a snowflake ID: a whole number from 0 to \(Int64.max); --tag names the tag "
                            + "of another ID")
                }
                try print(try DecodedID(number, layout: try decodingLayout(reader)))
            }
        }
    }

    private func decode(_ text: String, of tag: Tag, _ reader: SettingsReader) async throws {
        let store = try await settings.openStore()
        guard let record = try await store.tag(tag) else { throw FrondError.unknown(tag) }
        let reading = try TagNotation.read(text, of: record, key: try key(of: record, reader))
        let decoded = DecodedText(reading)
        if reading.isSnowflake {
            try print(try DecodedID(reading.number, layout: try decodingLayout(reader)), of: decoded)
        } else {
            try print(decoded)
        }
    }

    /// The key of the settings, which has to be that of the tag where the tag has one.
    private func key(of record: TagRecord, _ reader: SettingsReader) throws -> ScrambleKey? {
        let key = try ScrambleKey(reader)
        guard let fingerprint = record.options.scrambleKey, key?.fingerprint != fingerprint else { return key }
        throw CommandFailure(
            .configuration,
            "the IDs of tag '\(record.tag)' are scrambled, and scrambleKey is not set to their key; set that of the "
                + "servers, in the file of --config or FROND_SCRAMBLE_KEY")
    }

    private func print(_ decoded: DecodedText) throws {
        if json {
            try sayJSON(decoded)
        } else {
            try say("number      \(decoded.number)")
            if let date = decoded.date { try say("date        \(date)") }
        }
    }

    private func print(_ decoded: DecodedID, of text: DecodedText? = nil) throws {
        if json {
            try sayJSON(decoded)
        } else {
            if let text { try print(text) }
            try say("time        \(decoded.time)")
            try say("datacenter  \(decoded.datacenter)")
            try say("worker      \(decoded.worker)")
            try say("sequence    \(decoded.sequence)")
        }
    }

    /// A preset as it stands, so that IDs of a layout that has run out can be read too; else the settings' layout.
    private func decodingLayout(_ reader: SettingsReader) throws -> SnowflakeLayout {
        if let layout { return try SnowflakeLayout.preset(layout) }
        return try SnowflakeSettings.layout(reader)
    }
}

/// The parts of an ID of a tag, for people and programs.
struct DecodedText: Encodable {
    /// A string, since JavaScript loses integers above 2^53.
    var number: String
    /// As it stands in the ID.
    var date: String?

    init(_ reading: TagNotation.Reading) {
        number = String(reading.number)
        date = reading.date
    }
}
