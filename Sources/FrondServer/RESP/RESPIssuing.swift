import Frond
import NIOCore
import RESP

/// Takes the IDs of commands that cannot be answered on the event loop.
struct RESPIssuing: Sendable {
    /// The maximum number of times that a run without gaps is tried for: the first may begin at the end of a segment.
    private static let attempts = 3

    /// The answer to a command.
    struct Answer: Sendable {
        var bytes: ByteBuffer
        /// True where the settings of the tag were read, and its numbers follow on each other.
        var isWhole = false
    }

    let issuer: IDIssuer

    func answer(_ command: IDCommand) async -> Answer {
        var answer = Answer(bytes: ByteBuffer())
        do throws(RESPRefusal) {
            switch command.form {
            case .integer: answer.bytes.writeRESPInteger(try await integer(command))
            case .id: write(try await issue(command), to: &answer.bytes)
            case .lastOfRun:
                answer.bytes.writeRESPInteger(try await lastOfRun(command))
                answer.isWhole = true
            case .list:
                let lines = try await issue(command).lines
                answer.bytes.writeRESPArrayHeader(count: lines.count)
                for line in lines { answer.bytes.writeRESPBulk(line) }
            }
        } catch {
            answer.bytes.clear()
            answer.bytes.writeRESPError(error.text)
        }
        return answer
    }

    private func issue(_ command: IDCommand) async throws(RESPRefusal) -> IssuedIDs {
        do throws(FrondError) {
            return try await issuer.issue(command.request, count: command.count)
        } catch {
            throw RESPRefusal(error)
        }
    }

    private func write(_ ids: IssuedIDs, to bytes: inout ByteBuffer) {
        if let number = ids.numbers?.first?.first {
            bytes.writeRESPInteger(number)
        } else {
            bytes.writeRESPBulk(ids.firstLine)
        }
    }

    // MARK: Numbers alone

    /// One ID, which has to be an integer.
    private func integer(_ command: IDCommand) async throws(RESPRefusal) -> Int64 {
        let tag = command.request.tag
        if let options = await options(of: tag), options.writesTexts { throw .texts(tag) }
        let ids = try await issue(command)
        if let number = ids.numbers?.first?.first { return number }
        // A scrambled number is written as text.
        guard let number = Int64(ids.firstLine), "\(number)" == ids.firstLine else { throw .texts(tag) }
        return number
    }

    /// The settings of a tag; nil where they cannot be read, which the request for IDs says better.
    private func options(of tag: Tag) async -> TagOptions? {
        try? await issuer.knowledge(of: tag)?.options
    }

    /// The last of several numbers that follow on each other.
    private func lastOfRun(_ command: IDCommand) async throws(RESPRefusal) -> Int64 {
        try await checkRuns(of: command)
        for _ in 0..<Self.attempts {
            let ids = try await issue(command)
            guard let runs = ids.numbers else { throw .texts(command.request.tag) }
            if let last = NumberRun(joining: runs)?.last { return last }
            // They are a gap: other servers took numbers in between.
        }
        throw .brokenRun
    }

    /// Refuses a run that the tag or the generator cannot have, before a number is taken.
    private func checkRuns(of command: IDCommand) async throws(RESPRefusal) {
        let tag = command.request.tag
        let knowledge = try? await issuer.knowledge(of: tag)
        let options = knowledge?.options ?? TagOptions()
        guard !options.isWritten else { throw .scattered("the IDs of tag '\(tag)' are written in a form of their own") }
        let named = command.request.generator.map { [$0] } ?? options.generators
        let kinds = named.isEmpty ? issuer.generators.all.prefix(1).map(\.kind) : named
        if let kind = kinds.first(where: { !$0.countsUp }) {
            throw .scattered("IDs of the generator \(kind.rawValue) do not follow on each other")
        }
        if let stripe = knowledge?.record?.stripe, stripe.count > 1 {
            throw .scattered("the numbers of tag '\(tag)' are striped over \(stripe.count) databases")
        }
    }
}

extension TagOptions {
    /// True where IDs are surely texts that are not decimals, or UUIDs.
    fileprivate var writesTexts: Bool {
        period != nil || (format.map { $0 != .decimal } ?? false) || generators.first?.makesNumbers == false
    }
}

extension RESPRefusal {
    /// A tag whose IDs are no integers, for a command that answers an integer.
    fileprivate static func texts(_ tag: Tag) -> RESPRefusal {
        RESPRefusal(
            message:
                "invalid-argument: the IDs of tag '\(tag)' are texts, and INCR of a tag answers an integer; use "
                + "FROND.NEXT \(tag), or INCR id/\(tag), which answers a text")
    }

    /// Numbers that cannot be a run without gaps.
    fileprivate static func scattered(_ reason: String) -> RESPRefusal {
        RESPRefusal(
            message: "invalid-argument: \(reason), and INCRBY answers the last number of a run without gaps; no number "
                + "was taken: use FROND.NEXT with COUNT")
    }

    /// Numbers that were no run without gaps.
    static let brokenRun = RESPRefusal(
        word: "TRYAGAIN",
        message:
            "conflict: there was no run of so many numbers without gaps, since other servers took some in between, "
            + "and INCRBY answers the last number of such a run; retry, ask for fewer, or use FROND.NEXT with COUNT")
}
