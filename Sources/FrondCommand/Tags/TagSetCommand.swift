import ArgumentParser
import Frond

struct TagSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change a tag.",
        discussion: "Servers see a change with their next reservation of the tag.")

    @Argument(help: "The tag, or the record of one of its periods, such as order@20261122.")
    var tag: String

    @Option(parsing: .unconditional, help: "The least numbers that one reservation takes.")
    var step: Int64?

    @Option(
        parsing: .unconditional,
        help: "Move the next number to be reserved forward to this, also that of its periods; it never goes back.")
    var maxId: Int64?

    @Option(parsing: .unconditional, help: "The last number.")
    var max: Int64?

    @Flag(inversion: .prefixedNo, help: "Whether the tag begins again after its last number.")
    var cycle: Bool?

    @Option(parsing: .unconditional, help: "What the tag is for.")
    var description: String?

    @Flag(help: "Change how the IDs of a tag that was used are written: a new text may be one that it had before.")
    var allowAlike = false

    @OptionGroup var form: TagFormOptions
    @OptionGroup var settings: SettingOptions
    @OptionGroup var output: TagOutput

    func run() async throws {
        try await reportingFailures {
            let tag = try Tag(argument: tag)
            var change = TagChange(
                step: step, maxID: maxId, maxValue: max, cycles: cycle, description: description)
            guard change != TagChange() || form.isSet else {
                throw CommandFailure(
                    .usage,
                    "nothing to change: give --step, --max-id, --max, --cycle, --no-cycle, --description, --generators, "
                        + "--format, --period, --time-zone, --scramble, --no-scramble, --only-its-format or "
                        + "--no-only-its-format")
            }
            let store = try await settings.openStore()
            if form.isSet {
                guard tag.periodTag == nil else {
                    throw CommandFailure(
                        .usage, "'\(tag)' is the record of a period: how its IDs are written is set for the tag")
                }
                guard let record = try await store.tag(tag) else { throw FrondError.unknown(tag) }
                change.options = try form.applied(to: record.options, try await settings.reader())
            }
            change.allowAlike = allowAlike
            let tags = TagAdministration(store, zones: TimeZoneNames())
            try output.print(try await tags.change(tag, change))
        }
    }
}
