import Frond
import HTTPTypes
import Hummingbird

/// Tells browsers which pages may use the server; without origins in ``CORSPolicy`` it changes nothing.
///
/// Outside of all other middleware: a preflight has no credentials, and errors have the fields too.
struct CORSMiddleware: RouterMiddleware {
    let live: LiveSettings

    func handle(
        _ request: Request, context: FrondContext,
        next: @concurrent (Request, FrondContext) async throws -> Response
    ) async throws -> Response {
        let policy = live.current.cors
        guard !policy.isEmpty else { return try await next(request, context) }
        guard let origin = request.headers[.origin] else {
            var response = try await next(request, context)
            response.headers[.vary] = "Origin"
            return response
        }
        if context.method == .options, request.headers[.accessControlRequestMethod] != nil {
            guard let fields = policy.preflight(for: origin) else { return try refusal(of: origin, request, context) }
            return Response(status: .noContent, headers: fields)
        }
        var response = try await next(request, context)
        for field in policy.fields(for: origin) { response.headers[field.name] = field.value }
        return response
    }

    private func refusal(of origin: String, _ request: Request, _ context: FrondContext) throws -> Response {
        let problem = Problem(
            status: .forbidden, code: FrondError.Code.permissionDenied.rawValue,
            detail: "pages of '\(origin.printable(limit: 100))' may not use this server; add the origin to "
                + "http.cors.origins")
        return try problem.response(from: request, context: context)
    }
}
