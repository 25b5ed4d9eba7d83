import Foundation
import Frond
import FrondAPI
import Logging
import Synchronization

/// The snowflake generator of a client, made on first use, and the keeper of its worker ID.
final class ClientSnowflakes: Sendable {
    private struct Running: Sendable {
        let keeper: WorkerKeeper
        /// Holds the worker ID.
        let task: Task<Void, Never>
    }

    private struct State: Sendable {
        /// The generator, once its layout is known: all early callers wait for the same answer.
        var start: Task<Result<Running, FrondError>, Never>?
        var running: Running?
        var isShutDown = false
    }

    private let pool: ServerPool
    private let policy: SnowflakePolicy
    private let workerPolicy: WorkerPolicy
    private let time: any TimeSource
    private let logger: Logger?
    private let state = Mutex(State())

    init(_ pool: ServerPool, policy: SnowflakePolicy, worker: WorkerPolicy, time: any TimeSource, logger: Logger?) {
        self.pool = pool
        self.policy = policy
        workerPolicy = worker
        self.time = time
        self.logger = logger
    }

    var status: WorkerStatus? { state.withLock { $0.running }?.keeper.status }

    func generator() async throws(FrondError) -> SnowflakeGenerator {
        let start = try state.withLock { state throws(FrondError) in
            if state.isShutDown { throw FrondError(.shutDown, "the client is shut down") }
            if let start = state.start { return start }
            let start = Task { await self.start() }
            state.start = start
            return start
        }
        return try await start.value.get().keeper.generator
    }

    /// Stops the generator and gives the worker ID back.
    func shutdown(within limit: Duration) async {
        let start = state.withLock { state in
            state.isShutDown = true
            return state.start
        }
        guard let start else { return }
        _ = await withDeadline(limit, by: pool.time, shieldsCancellation: true) {
            guard case .success(let running) = await start.value else { return }
            running.task.cancel()
            await running.task.value
        }
    }

    /// Gives the worker ID back in the background: no call will follow.
    func abandon() {
        let running = state.withLock { state in
            state.isShutDown = true
            return state.running
        }
        running?.task.cancel()
    }

    private func start() async -> Result<Running, FrondError> {
        do throws(FrondError) {
            let keeper = try await makeKeeper()
            let task = Task {
                do throws(FrondError) {
                    try await keeper.run()
                } catch {
                    // Callers that have the generator get this error; the next request makes another generator.
                    forget()
                }
            }
            let running = Running(keeper: keeper, task: task)
            let isNeeded = state.withLock { state in
                state.running = running
                return !state.isShutDown
            }
            if !isNeeded { task.cancel() }
            return .success(running)
        } catch {
            forget()
            return .failure(error)
        }
    }

    private func forget() {
        state.withLock { $0.start = nil }
    }

    private func makeKeeper() async throws(FrondError) -> WorkerKeeper {
        let message = try await pool.call(orElse: .registryUnavailable) { connection, options in
            try await connection.workers.getLayout(.init(), options: options)
        }
        let generator = try SnowflakeGenerator(
            layout: try SnowflakeLayout(message, nowMilliseconds: time.wallMilliseconds),
            datacenterID: message.datacenter, policy: policy, time: time)
        let holder = WorkerHolder.current(startedAtMilliseconds: time.wallMilliseconds)
        return WorkerKeeper(
            generator: generator, registry: RemoteWorkerRegistry(pool, layout: message), holder: holder,
            policy: workerPolicy, logger: logger)
    }
}
