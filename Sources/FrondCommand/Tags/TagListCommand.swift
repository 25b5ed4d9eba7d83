import ArgumentParser
import Frond

struct TagListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List all tags.")

    @Flag(help: "Show the records of periods too, such as order@20261122.")
    var periods = false

    @OptionGroup var settings: SettingOptions
    @OptionGroup var output: TagOutput

    func run() async throws {
        try await reportingFailures {
            let store = try await settings.openStore()
            try output.print(try await store.tags().filter { periods || $0.tag.periodTag == nil })
            warn(of: try await store.unservedRows())
        }
    }
}
