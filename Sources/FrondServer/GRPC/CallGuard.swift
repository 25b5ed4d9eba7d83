import Frond
import FrondAPI
import GRPCCore
import Synchronization

/// Ends what a call waits for when its answer is no longer waited for.
///
/// gRPC says so by a handle of its own and does not cancel the task. It says so, too, when the server shuts down; a
/// call that is under way is then answered all the same.
final class CallGuard: Sendable {
    private let isShuttingDown = Atomic(false)

    /// From now on, calls under way are answered and not given up.
    func beginShutdown() { isShuttingDown.store(true, ordering: .releasing) }

    /// Runs work that may wait, up to the caller's deadline or until the caller gives up.
    /// - Parameters:
    ///   - metadata: that of the request, which names the deadline.
    ///   - onShutdown: called when the server begins to shut down.
    /// - Throws: what the work throws, as ``ErrorStatus``.
    func run<Output: Sendable>(
        _ metadata: Metadata, onShutdown: @escaping @Sendable () -> Void = {},
        _ work: @escaping @Sendable () async throws -> Output
    ) async throws(ErrorStatus) -> Output {
        let wasGivenUp = GivenUp()
        // In a task of its own, since only a task can be cancelled.
        let task = Task { try await work() }
        let outcome = await withTaskCancellationHandler {
            await withRPCCancellationHandler {
                await task.result
            } onCancelRPC: { [self] in
                if isShuttingDown.load(ordering: .acquiring) { return onShutdown() }
                wasGivenUp.note()
                task.cancel()
            }
        } onCancel: {
            task.cancel()
        }
        switch outcome {
        case .success(let output): return output
        case .failure(let error): throw wasGivenUp.isNoted ? Self.givenUp(metadata) : ErrorStatus(any: error)
        }
    }

    /// Tells from the caller's deadline why gRPC gave the call up: a caller that cancels sees no status.
    private static func givenUp(_ metadata: Metadata) -> ErrorStatus {
        let hasDeadline = metadata[stringValues: "grpc-timeout"].contains { _ in true }
        return hasDeadline
            ? ErrorStatus(
                code: .deadlineExceeded, reason: FrondError.Code.timedOut.rawValue,
                message: "the caller's deadline has passed", retryAfter: nil)
            : ErrorStatus(FrondError(.cancelled, "the caller cancelled the call"))
    }

    /// True if a call was given up.
    private final class GivenUp: Sendable {
        private let flag = Atomic(false)
        var isNoted: Bool { flag.load(ordering: .acquiring) }
        func note() { flag.store(true, ordering: .releasing) }
    }
}
