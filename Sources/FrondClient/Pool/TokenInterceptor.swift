package import GRPCCore

/// Sends the client's token with every call.
package struct TokenInterceptor: ClientInterceptor {
    private let token: ClientToken

    package init(_ token: ClientToken) {
        self.token = token
    }

    package func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingClientRequest<Input>, context: ClientContext,
        next: @concurrent (StreamingClientRequest<Input>, ClientContext) async throws -> StreamingClientResponse<Output>
    ) async throws -> StreamingClientResponse<Output> {
        var request = request
        request.metadata.replaceOrAddString("Bearer \(token.text)", forKey: "authorization")
        return try await next(request, context)
    }
}
