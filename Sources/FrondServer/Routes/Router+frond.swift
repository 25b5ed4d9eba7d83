import Frond
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

extension Router where Context == FrondContext {
    /// A router with what every listener has: its middleware, liveness and the description of the interface.
    static func frond(access: AccessControl, live: LiveSettings, logger: Logger) -> Router<FrondContext> {
        let router = Router<FrondContext>(context: FrondContext.self)
        router.add(middleware: AccessLogMiddleware(live: live, logger: logger))
        router.add(middleware: CORSMiddleware(live: live))
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: AccessMiddleware(access: access))
        router.getOnly("/health/live", allowingHead: true) { _, _ in
            .text(ByteBuffer(string: "live"))
        }
        router.addDocument()
        return router
    }

    /// Adds the routes that hand out IDs: everything that the fast lane leaves over.
    /// - Parameter tinyid: nil where Tinyid's interface is not served.
    func addIDs(
        _ generators: ServedGenerators, access: AccessControl, maxCount: Int, tinyid: TinyidInterface? = nil
    ) {
        for kind in GeneratorKind.allCases { addIDs(of: kind, generators.issuer, access, maxCount: maxCount) }
        addChain(generators.issuer, access, maxCount: maxCount)
        addDecoding(generators.snowflake, access)
        if let tinyid { addTinyid(tinyid) }
    }

    /// Adds the routes that tell of the server's state.
    func addStatus(_ readiness: Readiness, access: AccessControl) {
        getOnly("/health/ready", allowingHead: true) { request, context in
            let query = try QueryParameters(request.uri.query, knowing: [Readiness.parameter])
            let seesDetails = context.caller.map { access.allows($0, .status) } ?? false
            return try await readiness.response(generator: query[Readiness.parameter], withDetails: seesDetails)
        }
    }

    /// Adds the route of one generator.
    private func addIDs(of kind: GeneratorKind, _ issuer: IDIssuer, _ access: AccessControl, maxCount: Int) {
        getTag("/api/\(kind.rawValue)/get") { request, context in
            let wanted = try IDRequest(request, parameters: context.parameters, of: kind, maxCount: maxCount)
            try access.admit(try context.knownCaller(), of: wanted.request.tag, ids: wanted.count)
            let ids = try await issuer.issue(wanted.request, count: wanted.count)
            return try IDList(values: ids.values).response(to: wanted)
        }
    }

    /// Adds the route that asks a tag's generators in turn, and says which of them answered.
    private func addChain(_ issuer: IDIssuer, _ access: AccessControl, maxCount: Int) {
        getTag("/api/id") { request, context in
            let wanted = try IDRequest(request, parameters: context.parameters, of: nil, maxCount: maxCount)
            try access.admit(try context.knownCaller(), of: wanted.request.tag, ids: wanted.count)
            let ids = try await issuer.issue(wanted.request, count: wanted.count)
            var response = try IDList(values: ids.values).response(to: wanted)
            response.headers[.frondGenerator] = ids.generator.rawValue
            return response
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
    /// - Parameter allowingHead: true where HEAD is answered as GET without the body; a path that hands out IDs would
    ///   lose them.
    func getOnly(
        _ path: RouterPath, allowingHead: Bool = false,
        use handler: @escaping @Sendable (Request, FrondContext) async throws -> Response
    ) {
        on(path, method: .get, use: handler)
        on(path, method: MethodResponder.other) { request, context -> Response in
            if allowingHead, context.method == .head {
                return try await handler(request, context).createHeadResponse()
            }
            throw Problem.methodNotAllowed(
                context.method.rawValue, request.uri.path, allowed: allowingHead ? [.get, .head] : [.get])
        }
    }
}

extension HTTPField.Name {
    /// The generator that answered.
    fileprivate static var frondGenerator: Self {
        guard let name = Self("Frond-Generator") else { preconditionFailure("the name of a header is a token") }
        return name
    }
}
