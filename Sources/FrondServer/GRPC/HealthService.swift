import Frond
import FrondAPI
import GRPCCore
import SwiftProtobuf

/// `grpc.health.v1.Health`: the answers of `/health/ready`, for probes and load balancers that speak gRPC.
struct HealthService: Grpc_Health_V1_Health.ServiceProtocol {
    typealias Status = Grpc_Health_V1_HealthCheckResponse.ServingStatus

    /// The time between two looks for a watcher.
    private static let interval = Duration.seconds(1)
    /// The server as a whole, and its services: they are all as ready as it is.
    private static let names: Set = ["", "frond.v1.IDs", "frond.v1.Segments", "frond.v1.Workers"]
    /// Followed by the name of a generator.
    private static let generatorPrefix = "frond.v1.IDs/"

    let readiness: Readiness
    let calls: CallGuard
    let time: any TimeSource

    func check(
        request: ServerRequest<Grpc_Health_V1_HealthCheckRequest>, context: ServerContext
    ) async throws -> ServerResponse<Grpc_Health_V1_HealthCheckResponse> {
        let name = request.message.service
        guard let status = await status(of: name) else {
            throw ErrorStatus(
                code: .notFound, reason: "unknown-service",
                message: "unknown service '\(name)'; use one of frond.v1's, or frond.v1.IDs/ and an enabled generator")
        }
        return ServerResponse(message: .with { $0.status = status })
    }

    func watch(
        request: ServerRequest<Grpc_Health_V1_HealthCheckRequest>, context: ServerContext
    ) async throws -> StreamingServerResponse<Grpc_Health_V1_HealthCheckResponse> {
        let name = request.message.service
        return StreamingServerResponse { writer in
            let (shutdown, source) = AsyncStream.makeStream(of: Void.self)
            try await calls.run(request.metadata, onShutdown: { source.finish() }) {
                await withTaskGroup { tasks in
                    tasks.addTask { for await _ in shutdown {} }
                    tasks.addTask { await tell(of: name, writer) }
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
    private func tell(of name: String, _ writer: RPCWriter<Grpc_Health_V1_HealthCheckResponse>) async {
        var told: Status?
        while !Task.isCancelled {
            let now = await status(of: name) ?? .serviceUnknown
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

    /// The state of a service; nil for an unknown one.
    private func status(of name: String) async -> Status? {
        if Self.names.contains(name) { return await readiness.isReady() ? .serving : .notServing }
        guard name.hasPrefix(Self.generatorPrefix),
            let kind = GeneratorKind(rawValue: String(name.dropFirst(Self.generatorPrefix.count))),
            let isReady = await readiness.isReady(kind)
        else { return nil }
        return isReady ? .serving : .notServing
    }
}
