import Frond
import Hummingbird
import Logging
import Synchronization

/// Writes a line about a request, if ``AccessLogLevel`` says so: never its query or its headers, which may have tokens.
struct AccessLogMiddleware: RouterMiddleware {
    let live: LiveSettings
    let logger: Logger

    func handle(
        _ request: Request, context: FrondContext,
        next: @concurrent (Request, FrondContext) async throws -> Response
    ) async throws -> Response {
        let level = live.current.accessLog
        guard level != .off else { return try await next(request, context) }
        var context = context
        let trace = RequestTrace()
        context.trace = trace
        let start = ContinuousClock.now
        let response = try await next(request, context)
        guard level == .all || response.status.code >= 400 else { return response }
        let duration = ContinuousClock.now - start
        var metadata: Logger.Metadata = [
            "method": "\(context.method.rawValue)", "path": "\(request.uri.path)",
            "status": "\(response.status.code)", "from": "\(context.peer.address.text)",
            "microseconds": "\(duration.wholeMicroseconds)",
        ]
        if let caller = trace.caller { metadata["caller"] = "\(caller)" }
        logger.info("request", metadata: metadata)
        return response
    }
}

/// The facts about a request that are found out on its way, for its line in the log.
final class RequestTrace: Sendable {
    private let name = Mutex<String?>(nil)

    /// The name of the caller; nil where it was not found.
    var caller: String? {
        get { name.withLock { $0 } }
        set { name.withLock { $0 = newValue } }
    }
}

extension Duration {
    fileprivate var wholeMicroseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}
