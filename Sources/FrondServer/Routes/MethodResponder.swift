import HTTPTypes
import Hummingbird

/// Routes all methods but GET as one: a path that exists answers whatever else there is with 405, not with 404.
struct MethodResponder: HTTPResponder {
    /// Stands for every method but GET.
    static let other = HTTPRequest.Method.post

    let router: RouterResponder<FrondContext>

    func respond(to request: Request, context: FrondContext) async throws -> Response {
        var context = context
        context.method = request.method
        guard request.method != .get else { return try await router.respond(to: request, context: context) }
        var head = request.head
        head.method = Self.other
        return try await router.respond(to: Request(head: head, body: request.body), context: context)
    }
}
