import ArgumentParser
import Frond

struct TagRetireCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retire", abstract: "Retire a tag: it issues no more IDs, and stays in the table.",
        discussion: """
            A tag is never deleted, since a tag of the same name would begin again. Servers refuse a retired tag \
            within 10 seconds, mostly 2: HTTP with 410. Servers of Leaf on the same table know nothing of it and go \
            on. --undo brings the tag back: its numbers go on behind those that were reserved.
            """)

    @Argument(help: "The tag.")
    var tag: String

    @Flag(help: "Bring a retired tag back.")
    var undo = false

    @OptionGroup var settings: SettingOptions
    @OptionGroup var output: TagOutput

    func run() async throws {
        try await reportingFailures {
            let tag = try Tag(tag)
            let tags = TagAdministration(try await settings.openStore(), zones: TimeZoneNames())
            try output.print(try await tags.retire(tag, undoing: undo))
        }
    }
}
