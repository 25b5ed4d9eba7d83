import Frond
import HTTPTypes
import Hummingbird
import NIOCore

extension Router where Context == FrondContext {
    /// All of Frond's routes: everything that the fast lane leaves over.
    static func frond(_ generators: ServedGenerators, readiness: Readiness, maxCount: Int) -> Router<FrondContext> {
        let router = Router<FrondContext>(context: FrondContext.self)
        router.add(middleware: ProblemMiddleware())
        router.getTag("/api/segment/get") { request, context in
            guard let segments = generators.segments else { throw Problem.notEnabled("segment") }
            let wanted = try IDRequest(request, parameters: context.parameters, maxCount: maxCount)
            let ids = IDList.numbers(try await segments.nextRuns(wanted.tag, count: wanted.count))
            return try ids.response(tag: wanted.tag, to: request)
        }
        router.getTag("/api/uuid/get") { request, context in
            let wanted = try IDRequest(request, parameters: context.parameters, maxCount: maxCount)
            let ids = try await generators.uuids(request.uri.queryParameters["version"], count: wanted.count)
            return try ids.response(tag: wanted.tag, to: request)
        }
        router.addCounter("redis", generators.redis, maxCount: maxCount)
        router.addCounter("ticket", generators.tickets, maxCount: maxCount)
        router.addSnowflake(generators.snowflake, maxCount: maxCount)
        router.getOnly("/health/live") { _, _ in
            .text(ByteBuffer(string: "live"))
        }
        router.getOnly("/health/ready") { _, _ in
            try await readiness.response()
        }
        return router
    }

    /// Adds the route of a generator that draws from a counter.
    private func addCounter(_ name: String, _ counters: CounterGenerators?, maxCount: Int) {
        getTag("/api/\(name)/get") { request, context in
            guard let counters else { throw Problem.notEnabled(name) }
            let wanted = try IDRequest(request, parameters: context.parameters, maxCount: maxCount)
            let ids = IDList.numbers(try await counters.nextRuns(wanted.tag, count: wanted.count))
            return try ids.response(tag: wanted.tag, to: request)
        }
    }

    /// Adds a route whose path ends with a tag; without one it answers too, and says that a tag cannot be empty.
    func getTag(
        _ path: RouterPath, use handler: @escaping @Sendable (Request, FrondContext) async throws -> Response
    ) {
        getOnly(path, use: handler)
        getOnly(path.appendingPath("**"), use: handler)
    }

    /// Adds a route for GET, and a 405 for the other methods.
    func getOnly(
        _ path: RouterPath, use handler: @escaping @Sendable (Request, FrondContext) async throws -> Response
    ) {
        on(path, method: .get, use: handler)
        on(path, method: MethodResponder.other) { request, context -> Response in
            throw Problem.methodNotAllowed(context.method.rawValue, request.uri.path)
        }
    }
}

extension ServedGenerators {
    fileprivate func uuids(_ version: Substring?, count: Int) async throws -> IDList {
        switch version {
        case nil, "7": .uuids(try await timeOrderedUUID.next(count: count))
        case "4": .uuids(try await randomUUID.next(count: count))
        case let version?: throw Problem.badRequest("version '\(version)' is not a UUID version served here: 4 or 7")
        }
    }
}
