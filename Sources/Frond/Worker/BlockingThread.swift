/// A thread of its own for calls that block, one after another: files, and libraries in C.
///
/// The thread ends when this object does, after what was asked of it.
package final class BlockingThread: Sendable {
    /// How many calls may wait; more are refused.
    private static let maxPending = 1000

    private let jobs = JobQueue<Void>()

    package init() {
        jobs.startThread {}
    }

    deinit {
        jobs.close()
    }

    /// Runs a call on the thread, sooner or later, and does not wait for it.
    /// - Returns: false where too many wait; the call is then not made.
    package func start(_ call: @escaping @Sendable () -> Void) -> Bool {
        jobs.add(atMost: Self.maxPending) {
            call()
            return {}
        }
    }

    /// Runs a call on the thread.
    /// - Throws: what the call throws; `overloaded` where too many wait.
    package func run<Value: Sendable>(
        _ call: @escaping @Sendable () throws(FrondError) -> Value
    ) async throws(FrondError) -> Value {
        let result: Result<Value, FrondError> = await withCheckedContinuation { waiter in
            let isTaken = jobs.add(atMost: Self.maxPending) {
                let result: Result<Value, FrondError>
                do throws(FrondError) {
                    result = .success(try call())
                } catch {
                    result = .failure(error)
                }
                return { waiter.resume(returning: result) }
            }
            if !isTaken {
                let error = FrondError(
                    .overloaded, "\(Self.maxPending) calls are waiting for a thread already",
                    retryAfter: .seconds(1))
                waiter.resume(returning: .failure(error))
            }
        }
        return try result.get()
    }
}
