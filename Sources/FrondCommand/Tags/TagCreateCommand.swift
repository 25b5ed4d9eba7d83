import ArgumentParser
import Frond

struct TagCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "create", abstract: "Create a tag.")

    @Argument(help: "The tag: 1 to 128 characters of A-Z a-z 0-9 . _ : -")
    var tag: String

    @Option(parsing: .unconditional, help: "The least numbers that one reservation takes.")
    var step: Int64 = 1000

    @Option(parsing: .unconditional, help: "The first number.")
    var start: Int64 = 1

    @Option(parsing: .unconditional, help: "The last number. (default: \(TagRecord.largestValue))")
    var max: Int64?

    @Flag(help: "Begin again after the last number, instead of ending with an error.")
    var cycle = false

    @Option(parsing: .unconditional, help: "What the tag is for.")
    var description = ""

    @OptionGroup var form: TagFormOptions
    @OptionGroup var settings: SettingOptions
    @OptionGroup var output: TagOutput

    func run() async throws {
        try await reportingFailures {
            let tag = try Tag(tag)
            let wanted = TagSettings(
                step: step, startID: start, maxValue: max ?? TagRecord.largestValue, cycles: cycle,
                description: description, options: try form.applied(to: TagOptions(), try await settings.reader()))
            let store = try await settings.openStore(mustExist: false)
            let record = try await store.create(tag, wanted)
            if let share = record.firstShare {
                warn(
                    "step \(record.step) is large for the range of tag '\(tag)', \(record.startID) to "
                        + "\(record.maxValue): a "
                        + "reservation takes at most \(share) numbers, and fewer toward the end")
            }
            try output.print(record)
        }
    }
}
