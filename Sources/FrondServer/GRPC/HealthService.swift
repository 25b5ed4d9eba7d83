import Frond
import FrondAPI
import GRPCCore
import SwiftProtobuf

/// `grpc.health.v1.Health`: what `/health/ready` says, for probes and load balancers that speak gRPC.
struct HealthService: Grpc_Health_V1_Health.ServiceProtocol {
    /// How often a watcher is told of changes.
    private static let interval = Duration.seconds(1)
    /// The server as a whole, and its services: they are all as ready as it is.
    private static let names: Set = ["", "frond.v1.IDs", "frond.v1.Segments", "frond.v1.Workers"]

    let readiness: Readiness
    let calls: CallGuard
    let time: any TimeSource

    func check(
        request: ServerRequest<Grpc_Health_V1_HealthCheckRequest>, context: ServerContext
    ) async throws -> ServerResponse<Grpc_Health_V1_HealthCheckResponse> {
        let name = request.message.service
        guard Self.names.contains(name) else {
            throw ErrorStatus(code: .notFound, reason: "unknown-service", message: "there is no service '\(name)'")
        }
        return ServerResponse(message: .with { [status = await status] in $0.status = status })
    }

    func watch(
        request: ServerRequest<Grpc_Health_V1_HealthCheckRequest>, context: ServerContext
    ) async throws -> StreamingServerResponse<Grpc_Health_V1_HealthCheckResponse> {
        let isKnown = Self.names.contains(request.message.service)
        return StreamingServerResponse { writer in
            let (shutdown, source) = AsyncStream.makeStream(of: Void.self)
            try await calls.run(request.metadata, onShutdown: { source.finish() }) {
                await withTaskGroup { tasks in
                    tasks.addTask { for await _ in shutdown {} }
                    tasks.addTask { await tell(isKnown: isKnown, writer) }
                    await tasks.next()
                    tasks.cancelAll()
                }
                try Task.checkCancellation()
                try await writer.write(.with { $0.status = .notServing })
            }
            return [:]
        }
    }

    /// Tells of the state and of its changes, until the task is cancelled or the watcher is gone.
    private func tell(isKnown: Bool, _ writer: RPCWriter<Grpc_Health_V1_HealthCheckResponse>) async {
        var told: Grpc_Health_V1_HealthCheckResponse.ServingStatus?
        while !Task.isCancelled {
            let now = isKnown ? await status : .serviceUnknown
            if now != told {
                told = now
                do {
                    try await writer.write(.with { $0.status = now })
                } catch {
                    // The watcher is gone.
                    return
                }
            }
            await time.sleep(until: time.monotonic + Self.interval)
        }
    }

    private var status: Grpc_Health_V1_HealthCheckResponse.ServingStatus {
        get async { await readiness.isReady() ? .serving : .notServing }
    }
}
