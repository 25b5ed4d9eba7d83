import Frond
import FrondAPI
import GRPCCore
import SwiftProtobuf

/// `frond.v1.Segments`: the server's own store, for generators that run elsewhere, and its tags.
///
/// Asks by the view that the process has of the store: while the store is down, calls fail at once.
struct SegmentsService: Frond_V1_Segments.ServiceProtocol {
    /// Nil if this server has no store.
    let store: StoreView?
    /// The maximum number of numbers in one reservation of a client, unless the tag's own step is larger.
    let maxStep: Int64
    let administration: TagAdministration?
    let calls: CallGuard
    let access: AccessControl

    func reserveSegment(
        request: ServerRequest<Frond_V1_ReserveSegmentRequest>, context: ServerContext
    ) async throws -> ServerResponse<Frond_V1_ReserveSegmentResponse> {
        let message = request.message
        let caller = try caller(request.metadata, context)
        return try await serve(request.metadata) { store in
            let tag = try Tag(message.tag)
            try access.admit(caller, .reserve, of: tag, ids: 1)
            let demand = try message.demand(atMost: maxStep)
            let floor = message.hasAfter ? SegmentPosition(message.after) : nil
            let segment = try await store.reservePlain(tag) { record throws(FrondError) in
                if let floor { try record?.checkStated(floor) }
                return try await store.reserveRemotely(tag, atLeast: demand, after: floor)
            }
            return .with { $0.segment = Frond_V1_Segment(segment) }
        }
    }

    func giveBackSegment(
        request: ServerRequest<Frond_V1_GiveBackSegmentRequest>, context: ServerContext
    ) async throws -> ServerResponse<Frond_V1_GiveBackSegmentResponse> {
        let message = request.message
        let caller = try caller(request.metadata, context)
        return try await serve(request.metadata) { store in
            let tag = try Tag(message.tag)
            try access.check(caller, .reserve, of: tag)
            let tail = Segment(message.tail)
            guard tail.first >= 0, tail.first <= tail.end, tail.stride >= 1 else {
                throw FrondError(.invalidArgument, "\(tail.first) to \(tail.end) is not the tail of a segment")
            }
            let isTaken = try await store.giveBackRemotely(tail, of: tag)
            return .with { $0.takenBack = isTaken }
        }
    }

    func listTags(
        request: ServerRequest<Frond_V1_ListTagsRequest>, context: ServerContext
    ) async throws -> ServerResponse<Frond_V1_ListTagsResponse> {
        let caller = try caller(request.metadata, context)
        return try await serve(request.metadata) { store in
            try access.checkAny(caller, .tags, or: .reserve)
            let seesAll = access.allows(caller, .tags) || access.allows(caller, .reserve)
            let records = try await store.tags().filter { record in
                seesAll || access.allows(caller, .tags, of: record.tag)
                    || access.allows(caller, .reserve, of: record.tag)
            }
            let unserved = seesAll ? try await store.unservedRows() : []
            return .with { response in
                response.tags = records.map { Frond_V1_TagRecord($0) }
                response.unserved = unserved.map { row in
                    .with { ($0.name, $0.reason) = (row.name, row.reason) }
                }
            }
        }
    }

    func getTag(
        request: ServerRequest<Frond_V1_GetTagRequest>, context: ServerContext
    ) async throws -> ServerResponse<Frond_V1_GetTagResponse> {
        let message = request.message
        let caller = try caller(request.metadata, context)
        return try await serve(request.metadata) { store in
            let tag = try Tag(message.tag)
            try access.check(caller, .tags, of: tag, or: .reserve)
            guard let record = try await store.tag(tag) else { throw FrondError.unknown(tag) }
            return .with { $0.tag = Frond_V1_TagRecord(record) }
        }
    }

    func createTag(
        request: ServerRequest<Frond_V1_CreateTagRequest>, context: ServerContext
    ) async throws -> ServerResponse<Frond_V1_CreateTagResponse> {
        let message = request.message
        let caller = try caller(request.metadata, context)
        return try await administer(request.metadata) { tags in
            let tag = try Tag(message.tag)
            try access.check(caller, .tags, of: tag)
            let record = try await tags.create(tag, try message.settings(of: tag))
            access.audit.acted("create", on: "tag \(tag)", by: caller, after: record.summary)
            return .with { $0.tag = Frond_V1_TagRecord(record) }
        }
    }

    func changeTag(
        request: ServerRequest<Frond_V1_ChangeTagRequest>, context: ServerContext
    ) async throws -> ServerResponse<Frond_V1_ChangeTagResponse> {
        let message = request.message
        let caller = try caller(request.metadata, context)
        return try await administer(request.metadata) { tags in
            let tag = try Tag(message.tag)
            try access.check(caller, .tags, of: tag)
            let before = await summary(of: tag)
            let record = try await tags.change(tag, try message.change(of: tag))
            access.audit.acted("change", on: "tag \(tag)", by: caller, before: before, after: record.summary)
            return .with { $0.tag = Frond_V1_TagRecord(record) }
        }
    }

    private func caller(_ metadata: Metadata, _ context: ServerContext) throws(ErrorStatus) -> Caller {
        do throws(FrondError) {
            return try access.caller(metadata, context)
        } catch {
            throw ErrorStatus(error)
        }
    }

    /// The state of a tag for the line about a change; nil where it cannot be read.
    private func summary(of tag: Tag) async -> String? {
        try? await store?.tag(tag)?.summary
    }

    private func serve<Output: Sendable>(
        _ metadata: Metadata, _ work: @escaping @Sendable (StoreView) async throws -> Output
    ) async throws -> ServerResponse<Output> {
        guard let store else { throw ErrorStatus(FrondError.notEnabled(SegmentGenerators.kind)) }
        return ServerResponse(message: try await calls.run(metadata) { try await work(store) })
    }

    private func administer<Output: Sendable>(
        _ metadata: Metadata, _ work: @escaping @Sendable (TagAdministration) async throws -> Output
    ) async throws -> ServerResponse<Output> {
        guard let administration else { throw ErrorStatus(FrondError.notEnabled(SegmentGenerators.kind)) }
        return ServerResponse(message: try await calls.run(metadata) { try await work(administration) })
    }
}
