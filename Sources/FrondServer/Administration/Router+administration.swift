import Frond
import HTTPTypes
import Hummingbird

extension Router where Context == FrondContext {
    typealias Handler = @Sendable (Request, FrondContext) async throws -> Response

    /// Adds the routes of administration.
    /// - Parameters:
    ///   - tags: nil for a server whose tags have no records.
    ///   - reload: nil for a server that cannot read its settings anew.
    func addAdministration(_ tags: TagRoutes?, access: AccessControl, reload: FrondServer.Reload?) {
        if let reload {
            add(
                "/api/reload",
                [
                    (
                        .post,
                        { request, context in
                            _ = try QueryParameters(request.uri.query, knowing: [])
                            let caller = try context.knownCaller()
                            try access.check(caller, .admin)
                            _ = try await JSONObject(request, knowing: [])
                            let report = try await reload()
                            access.audit.acted("reload", on: "settings", by: caller)
                            return try .json(report)
                        }
                    )
                ])
        }
        let path = RouterPath(TagRoutes.path)
        add(path, [(.get, { try await Self.known(tags).list($0, $1) })])
        add(
            path.appendingPath(":tag"),
            [
                (.get, { try await Self.known(tags).show($0, $1) }),
                (.post, { try await Self.known(tags).create($0, $1) }),
                (.patch, { try await Self.known(tags).change($0, $1) }),
            ])
        add(path.appendingPath(":tag/retire"), [(.post, { try await Self.known(tags).retire($0, $1) })])
        add(path.appendingPath(":tag/unretire"), [(.post, { try await Self.known(tags).unretire($0, $1) })])
    }

    private static func known(_ tags: TagRoutes?) throws(FrondError) -> TagRoutes {
        guard let tags else { throw .notEnabled(SegmentGenerators.kind) }
        return tags
    }

    /// Adds a path with a handler for each method; HEAD is answered as GET without the body, and others with 405.
    func add(_ path: RouterPath, _ handlers: [(method: HTTPRequest.Method, handle: Handler)]) {
        var allowed = handlers.map(\.method)
        if let get = handlers.first(where: { $0.method == .get }) {
            on(path, method: .get, use: get.handle)
            allowed.insert(.head, at: 1)
        } else {
            on(path, method: .get) { [allowed] request, _ -> Response in
                throw Problem.methodNotAllowed(HTTPRequest.Method.get.rawValue, request.uri.path, allowed: allowed)
            }
        }
        on(path, method: MethodResponder.other) { [allowed] request, context -> Response in
            if let found = handlers.first(where: { $0.method == context.method }) {
                return try await found.handle(request, context)
            }
            if context.method == .head, let get = handlers.first(where: { $0.method == .get }) {
                return try await get.handle(request, context).createHeadResponse()
            }
            throw Problem.methodNotAllowed(context.method.rawValue, request.uri.path, allowed: allowed)
        }
    }
}
