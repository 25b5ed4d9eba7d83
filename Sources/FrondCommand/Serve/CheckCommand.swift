import ArgumentParser
import Frond
import FrondServer

/// `frond check`: says what `frond serve` would say of its settings, and exits like it.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check the settings, certificates and tokens as 'frond serve' would.",
        discussion: """
            Reads what a start of the server reads, connects to nothing and changes nothing. A running server reads \
            the same anew with 'frond reload', or on SIGHUP.
            """)

    @OptionGroup var settings: SettingOptions

    func run() async throws {
        try await reportingFailures {
            let settings = try Settings(try await settings.reader())
            try ServeCommand.check(settings)
            for line in settings.summary { try say(line) }
            try say("the settings are right")
        }
    }
}
