import Frond
import HTTPTypes
import Hummingbird
import Logging

/// Turns every error of a route into a problem answer.
struct ProblemMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: FrondContext,
        next: @concurrent (Request, FrondContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let response = try problem(for: error, request: request, context: context)
                .response(from: request, context: context)
            // The answer to HEAD has no body: a client would take it for the next answer.
            return context.method == .head ? response.createHeadResponse() : response
        }
    }

    private func problem(for error: any Error, request: Request, context: FrondContext) -> Problem {
        switch error {
        case let problem as Problem:
            return problem
        case let error as FrondError:
            return Problem(error)
        case let error as HTTPError where error.status == .notFound:
            return .notFound(request.uri.path)
        case let error as HTTPError:
            return Problem(
                status: error.status, code: "http", detail: error.body ?? error.status.reasonPhrase)
        default:
            context.logger.error("request failed", metadata: ["error": "\(error)"])
            return Problem(status: .internalServerError, code: "internal", detail: "internal server error")
        }
    }
}
