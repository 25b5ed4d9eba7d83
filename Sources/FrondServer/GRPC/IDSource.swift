import Frond
import FrondAPI
import GRPCCore

/// Where the IDs of a request come from.
enum IDSource: Hashable {
    case segment(Tag)
    case snowflake(Tag)
    case redis(Tag)
    case ticket(Tag)
    case timeOrderedUUID(Tag)
    case randomUUID(Tag)

    /// - Throws: `invalidArgument` for a tag that is none, and for a generator of a later version.
    init(_ generator: Frond_V1_Generator, tag name: String) throws(FrondError) {
        let tag = try Tag(name)
        switch generator {
        case .unspecified, .segment: self = .segment(tag)
        case .snowflake: self = .snowflake(tag)
        case .uuid: self = .timeOrderedUUID(tag)
        case .uuidV4: self = .randomUUID(tag)
        case .redis: self = .redis(tag)
        case .ticket: self = .ticket(tag)
        case .UNRECOGNIZED(let number):
            throw FrondError(.invalidArgument, "generator \(number) is not known to this server")
        }
    }
}

/// IDs that were claimed for one answer, in order.
enum ClaimedIDs: Sendable {
    case runs([NumberRun])
    case uuids([UUIDValue])
}

extension ServedGenerators {
    /// IDs that can be had at once, `count` of them or none; nil where the caller would have to wait or gets an error.
    func claimIfReady(_ source: IDSource, count: Int) -> ClaimedIDs? {
        switch source {
        case .segment(let tag):
            guard issuer.isPlain(tag, by: .segment) else { return nil }
            return segments?.existingGenerator(for: tag)?.nextRunIfReady(count: count).map { .runs([$0]) }
        // Each draw is a round trip.
        case .redis, .ticket: return nil
        case .snowflake(let tag):
            // What is left of a batch that is too small would be lost: whoever wants many takes them piece by piece.
            guard count == 1, issuer.isPlain(tag, by: .snowflake), let id = snowflake?.generator.nextIfReady() else {
                return nil
            }
            return .runs([NumberRun(first: id, count: 1)])
        case .timeOrderedUUID(let tag):
            guard issuer.isPlain(tag, by: .uuid) else { return nil }
            return .uuids((0..<count).compactMap { _ in timeOrderedUUID.nextIfReady() })
        case .randomUUID(let tag):
            guard issuer.isPlain(tag, by: .uuid) else { return nil }
            return .uuids((0..<count).compactMap { _ in randomUUID.nextIfReady() })
        }
    }

    /// Exactly `count` IDs; waits for them where it has to.
    /// - Throws: ``ErrorStatus`` where the server has no such generator, and what the generator throws.
    func claim(_ source: IDSource, count: Int) async throws -> ClaimedIDs {
        switch source {
        case .segment(let tag):
            guard segments != nil else { throw ErrorStatus.notEnabled("segment") }
            return .runs(try await issuer.numbers(tag, count: count, by: .segment))
        case .redis(let tag):
            guard redis != nil else { throw ErrorStatus.notEnabled("redis") }
            return .runs(try await issuer.numbers(tag, count: count, by: .redis))
        case .ticket(let tag):
            guard tickets != nil else { throw ErrorStatus.notEnabled("ticket") }
            return .runs(try await issuer.numbers(tag, count: count, by: .ticket))
        case .snowflake(let tag):
            guard let snowflake else { throw ErrorStatus.notEnabled("snowflake") }
            guard issuer.isPlain(tag, by: .snowflake) else {
                return .runs(try await issuer.numbers(tag, count: count, by: .snowflake))
            }
            return .runs(try await snowflake.generator.nextBatches(count: count).flatMap(\.runs))
        case .timeOrderedUUID(let tag):
            try await issuer.check(tag, allows: .uuid)
            return .uuids(try await timeOrderedUUID.next(count: count))
        case .randomUUID(let tag):
            try await issuer.check(tag, allows: .uuid)
            return .uuids(try await randomUUID.next(count: count))
        }
    }
}

extension ErrorStatus {
    static func notEnabled(_ generator: String) -> ErrorStatus {
        ErrorStatus(
            code: .unimplemented, reason: "generator-not-enabled",
            message: "this server has no \(generator) generator enabled")
    }

    /// What any error of a handler is on the wire.
    init(any error: any Error) {
        switch error {
        case let status as ErrorStatus: self = status
        case let error as FrondError: self.init(error)
        case let error as RPCError: self.init(error)
        default: self.init(code: .internalError, reason: "internal", message: "an error of the server")
        }
    }
}
