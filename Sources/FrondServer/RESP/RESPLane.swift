import Frond
import NIOCore
import RESP

/// A command whose answers come from one source.
struct HotCommand {
    let source: HotSource
    let form: IDCommand.Form
    /// The limits that each request passes; nil for none.
    var gate: RequestGate?

    /// Writes an answer.
    @inline(__always)
    func write(_ answer: HotAnswer, to output: inout ByteBuffer) {
        switch (answer, form) {
        case (.number(let number), .integer), (.number(let number), .id): output.writeRESPInteger(number)
        case (.number(let number), .list):
            output.writeRESPArrayHeader(count: 1)
            output.writeRESPBulk(number)
        case (.uuidValue(let uuid), .list):
            output.writeRESPArrayHeader(count: 1)
            output.writeRESPBulk(uuid.description)
        case (.uuidValue(let uuid), _): output.writeRESPBulk(uuid.description)
        case (.run(let run), _): write([run], to: &output)
        case (.number(let number), .lastOfRun): write([NumberRun(first: number, count: 1)], to: &output)
        }
    }

    /// Writes an answer of numbers in several runs.
    func write(_ runs: [NumberRun], to output: inout ByteBuffer) {
        switch form {
        case .integer, .id:
            if let number = runs.first?.first {
                output.writeRESPInteger(number)
            } else {
                output.writeRESPError(RESPRefusal.internalError.text)
            }
        case .lastOfRun:
            if let run = NumberRun(joining: runs), let last = run.last {
                output.writeRESPInteger(last)
            } else {
                output.writeRESPError(RESPRefusal.brokenRun.text)
            }
        case .list:
            output.writeRESPArrayHeader(count: runs.reduce(0) { $0 + Int($1.count) })
            for run in runs { for number in run { output.writeRESPBulk(number) } }
        }
    }
}

/// The hot commands of one connection, remembered by the bytes of their requests.
struct RESPLane {
    /// The maximum number of tags that are remembered to have numbers in runs without gaps.
    private static let wholeTagLimit = 256

    private let generators: ServedGenerators
    private let access: AccessControl
    private var known = KnownRequests<HotCommand>()
    /// The state of the tags' settings, and of the door, when commands were remembered.
    private var version = 0
    /// Tags whose settings were read: their numbers follow on each other.
    private var wholeTags = Set<Tag>()

    init(generators: ServedGenerators, access: AccessControl) {
        self.generators = generators
        self.access = access
        version = currentVersion
    }

    private var currentVersion: Int { generators.issuer.version &+ access.version }

    /// The command that the bytes begin with, and the length of its request; nil where it has to be read.
    @inline(__always)
    mutating func match(_ bytes: UnsafeRawBufferPointer) -> (length: Int, source: HotCommand)? {
        guard currentVersion == version else {
            forget()
            return nil
        }
        return known.match(bytes)
    }

    /// The source of the answers to a command; nil where it has to wait, to be written or to be refused.
    func source(of command: IDCommand) -> HotCommand? {
        guard currentVersion == version, command.request.format == nil,
            let kind = command.request.generator ?? generators.issuer.generators.all.first?.kind,
            command.form != .integer || kind.makesNumbers,
            command.form != .lastOfRun || wholeTags.contains(command.request.tag)
        else { return nil }
        let count = command.form == .lastOfRun || command.count > 1 ? command.count : nil
        return generators.source(of: kind, version: command.request.uuidVersion, for: command.request.tag, count: count)
            .map { HotCommand(source: $0, form: command.form) }
    }

    /// Notes the bytes of one whole request.
    mutating func remember(_ request: ByteBufferView, _ command: HotCommand) {
        known.remember(request, command)
    }

    /// The settings of a tag were read: its numbers follow on each other.
    mutating func noteWhole(_ tag: Tag) {
        if wholeTags.count >= Self.wholeTagLimit { wholeTags.removeAll() }
        wholeTags.insert(tag)
    }

    /// Forgets all: a source did not answer, or the settings of a tag changed.
    mutating func forget() {
        known.forget()
        wholeTags.removeAll()
        version = currentVersion
    }
}

extension NumberRun {
    /// The one run that some runs are together; nil where there are gaps between the numbers.
    init?(joining runs: [NumberRun]) {
        var whole: NumberRun?
        for run in runs where run.count > 0 {
            guard run.stride == 1 || run.count == 1 else { return nil }
            let first = whole?.first ?? run.first
            guard run.first == first &+ (whole?.count ?? 0) else { return nil }
            whole = NumberRun(first: first, count: (whole?.count ?? 0) + run.count)
        }
        guard let whole else { return nil }
        self = whole
    }
}
