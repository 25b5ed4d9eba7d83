import Foundation
import Frond
import FrondAPI
import HTTPTypes
import Hummingbird

/// The administration of tags over HTTP: the operations of the command and of gRPC, by the same rules.
struct TagRoutes: Sendable {
    static let path = "/api/tags"

    let administration: TagAdministration
    let store: StoreView
    let access: AccessControl

    /// - Returns: nil for a server whose tags have no records.
    init?(_ issuer: IDIssuer, _ access: AccessControl) {
        guard let administration = issuer.administration, let segments = issuer.segments else { return nil }
        self.administration = administration
        store = segments.store
        self.access = access
    }

    /// `GET /api/tags`
    func list(_ request: Request, _ context: FrondContext) async throws -> Response {
        let caller = try context.knownCaller()
        try access.checkAny(caller, .tags)
        let page = try TagPage(try QueryParameters(request.uri.query, knowing: TagPage.parameters))
        let seesAll = access.allows(caller, .tags)
        let records = try await store.tags().filter { record in
            seesAll || access.allows(caller, .tags, of: record.tag.periodTag ?? record.tag)
        }
        let (tags, next) = page.tags(of: records)
        let unserved = seesAll && page.isFirst ? try await store.unservedRows() : []
        return try .json(
            TagPageDocument(
                tags: tags.map { TagDocument($0) }, next: next,
                unserved: unserved.map { .init(name: $0.shownName, reason: $0.reason) }))
    }

    /// `GET /api/tags/{tag}`
    func show(_ request: Request, _ context: FrondContext) async throws -> Response {
        let tag = try tag(request, context)
        return try Self.answer(try await record(of: tag))
    }

    /// `POST /api/tags/{tag}`
    func create(_ request: Request, _ context: FrondContext) async throws -> Response {
        let tag = try tag(request, context)
        let wanted = try await Frond_V1_CreateTagRequest(tag, request).settings(of: tag)
        let record = try await administration.create(tag, wanted)
        access.audit.acted("create", on: "tag \(tag)", by: try context.knownCaller(), after: record.summary)
        var response = try Self.answer(record, status: .created)
        response.headers[.location] = "\(Self.path)/\(tag)"
        return response
    }

    /// `PATCH /api/tags/{tag}`
    func change(_ request: Request, _ context: FrondContext) async throws -> Response {
        let tag = try tag(request, context)
        var change = try await Frond_V1_ChangeTagRequest(tag, request).change(of: tag)
        return try await act("change", tag, request, context) { version in
            change.ifVersion = version
            return try await administration.change(tag, change)
        }
    }

    /// `POST /api/tags/{tag}/retire`
    func retire(_ request: Request, _ context: FrondContext) async throws -> Response {
        let tag = try tag(request, context)
        _ = try await JSONObject(request, knowing: [])
        return try await act("retire", tag, request, context) { version in
            try await administration.retire(tag, ifVersion: version)
        }
    }

    /// `POST /api/tags/{tag}/unretire`
    func unretire(_ request: Request, _ context: FrondContext) async throws -> Response {
        let tag = try tag(request, context)
        _ = try await JSONObject(request, knowing: [])
        return try await act("unretire", tag, request, context) { version in
            try await administration.retire(tag, undoing: true, ifVersion: version)
        }
    }

    // MARK: Steps

    /// The tag of a path, once its caller may act on it.
    private func tag(_ request: Request, _ context: FrondContext) throws -> Tag {
        _ = try QueryParameters(request.uri.query, knowing: [])
        let encoded = context.parameters.get("tag") ?? ""
        guard let name = encoded.removingPercentEncoding else {
            throw Problem.badRequest("'\(encoded)' is not a tag: its percent-encoding is broken")
        }
        let tag = try Tag(name)
        try access.check(try context.knownCaller(), .tags, of: tag)
        return tag
    }

    private func record(of tag: Tag) async throws -> TagRecord {
        guard let record = try await store.tag(tag) else { throw FrondError.unknown(tag) }
        return record
    }

    /// Changes a tag if the condition of the request holds, and writes a line about it.
    private func act(
        _ action: String, _ tag: Tag, _ request: Request, _ context: FrondContext,
        _ change: (_ version: Int64?) async throws -> TagRecord
    ) async throws -> Response {
        let condition = try VersionCondition(ifMatch: request.headers[values: .ifMatch])
        let before = try await record(of: tag)
        let version = try condition.version(before)
        let record: TagRecord
        do {
            record = try await change(version)
        } catch let error as FrondError where error.code == .conflict && version != nil {
            // Another came between the reading and the change.
            throw Problem.preconditionFailed(tag)
        }
        access.audit.acted(
            action, on: "tag \(tag)", by: try context.knownCaller(), before: before.summary, after: record.summary)
        return try Self.answer(record)
    }

    private static func answer(_ record: TagRecord, status: HTTPResponse.Status = .ok) throws -> Response {
        var response = try Response.json(TagDocument(record), status: status)
        response.headers[.eTag] = EntityTag.value(of: record)
        return response
    }
}
