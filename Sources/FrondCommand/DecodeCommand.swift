import ArgumentParser
import Frond
import FrondServer

/// `frond decode`: takes a snowflake ID apart.
struct DecodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode", abstract: "Show the time, worker and sequence of a snowflake ID.",
        discussion: "The layout is taken from the settings, as for the server; --layout names a preset.")

    // An array, since only that takes '-1' for a value, to be refused by its name, and not for an unknown option.
    @Argument(parsing: .allUnrecognized, help: "The ID.")
    var id: [String]

    @Option(help: "A preset: \(SnowflakeLayout.presets.map(\.key).joined(separator: ", ")).")
    var layout: String?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var settings: SettingOptions

    func run() async throws {
        try await reportingFailures {
            let text = id.joined(separator: " ")
            guard let number = Int64(text), number >= 0 else {
                throw CommandFailure(.usage, "'\(text)' is not a snowflake ID: a whole number from 0 to \(Int64.max)")
            }
            let reader = try await settings.reader([.snowflakeLayout: layout])
            let decoded = try DecodedID(number, layout: try decodingLayout(reader))
            if json {
                try sayJSON(decoded)
            } else {
                say("time        \(decoded.time)")
                say("datacenter  \(decoded.datacenter)")
                say("worker      \(decoded.worker)")
                say("sequence    \(decoded.sequence)")
            }
        }
    }

    /// A preset as it stands, so that IDs of a layout that has run out can be read too; else the settings' layout.
    private func decodingLayout(_ reader: SettingsReader) throws -> SnowflakeLayout {
        if let layout { return try SnowflakeLayout.preset(layout) }
        return try SnowflakeSettings.layout(reader)
    }
}
