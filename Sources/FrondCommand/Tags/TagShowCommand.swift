import ArgumentParser
import Frond

struct TagShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one tag.")

    @Argument(help: "The tag.")
    var tag: String

    @OptionGroup var settings: SettingOptions
    @OptionGroup var output: TagOutput

    func run() async throws {
        try await reportingFailures {
            let tag = try Tag(tag)
            let store = try await settings.openStore()
            guard let record = try await store.tag(tag) else {
                throw FrondError.unknown(tag)
            }
            try output.print(record)
        }
    }
}
