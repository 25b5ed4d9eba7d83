import ArgumentParser
import Frond

struct TagListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List all tags.")

    @OptionGroup var settings: SettingOptions
    @OptionGroup var output: TagOutput

    func run() async throws {
        try await reportingFailures {
            let store = try await settings.openStore()
            try output.print(try await store.tags())
        }
    }
}
