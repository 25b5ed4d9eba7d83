import ArgumentParser
import Frond

struct TagSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change a tag.",
        discussion:
            "Servers see a change of the step or the range with their next reservation of the tag, and of the "
            + "generators and the format within 10 seconds, mostly 2.")

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

    @Flag(help: "Consent to another format for a tag in use, by which an ID may equal one that was issued before.")
    var allowRepeats = false

    @Flag(help: "Consent to --cycle for a tag in use: its numbers come again.")
    var allowCycle = false

    @Flag(help: "Consent to a --max-id in the last sixteenth of the tag's range.")
    var allowEnd = false

    @OptionGroup var form: TagFormOptions
    @OptionGroup var settings: SettingOptions
    @OptionGroup var output: TagOutput

    func run() async throws {
        try await reportingFailures {
            let tag = try Tag(argument: tag)
            var change = TagChange(
                step: step, maxID: maxId, maxValue: max, cycles: cycle, description: description,
                allowRepeats: allowRepeats, allowCycle: allowCycle, allowEnd: allowEnd)
            guard !change.isEmpty || form.isSet else {
                throw CommandFailure(
                    .usage,
                    "nothing to change: give --step, --max-id, --max, --cycle, --no-cycle, --description, "
                        + "--generators, --format, --period, --time-zone, --scramble, --no-scramble, "
                        + "--only-its-format or --no-only-its-format")
            }
            guard !form.isSet || tag.periodTag == nil else {
                throw CommandFailure(.usage, "'\(tag)' is the record of a period: set its format for the tag")
            }
            let store = try await settings.openStore()
            guard let record = try await store.tag(tag) else { throw FrondError.unknown(tag) }
            if form.isSet {
                let wanted = try form.applied(to: record.options, try await settings.reader())
                change.setOptions(from: record.options, to: wanted)
            }
            let tags = TagAdministration(store, zones: TimeZoneNames())
            try output.print(try await tags.change(record, change))
        }
    }
}
