import ArgumentParser
import Frond

struct TagShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one tag.")

    @Argument(help: "The tag, or the record of one of its periods, such as order@20261122.")
    var tag: String

    @OptionGroup var settings: SettingOptions
    @OptionGroup var output: TagOutput

    func run() async throws {
        try await reportingFailures {
            let tag = try Tag(argument: tag)
            let store = try await settings.openStore()
            guard let record = try await store.tag(tag) else {
                throw FrondError.unknown(tag)
            }
            try output.print(record)
        }
    }
}
