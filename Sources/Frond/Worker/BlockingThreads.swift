/// Several threads for calls that block, each with something of its own that never leaves it, such as a connection.
///
/// Each call goes to whichever thread is free first. The threads end when this object does, after what was asked of
/// them.
package final class BlockingThreads<Resource>: Sendable {
    /// How many calls may wait; more are refused.
    private static var maxPending: Int { 1000 }

    private let jobs = JobQueue<Resource>()

    /// - Parameters:
    ///   - count: how many threads, 1 or more.
    ///   - resource: makes what a thread has of its own; called once on each.
    package init(count: Int, resource: @escaping @Sendable () -> Resource) {
        precondition(count >= 1, "calls need a thread")
        for _ in 0..<count { jobs.startThread(resource) }
    }

    deinit {
        jobs.close()
    }

    /// Runs a call on one of the threads, with what is that thread's own.
    /// - Throws: what the call throws; `overloaded` where too many wait.
    package func run<Value: Sendable>(
        _ call: @escaping @Sendable (Resource) throws(FrondError) -> Value
    ) async throws(FrondError) -> Value {
        let result: Result<Value, FrondError> = await withCheckedContinuation { waiter in
            let isTaken = jobs.add(atMost: Self.maxPending) { resource in
                let result: Result<Value, FrondError>
                do throws(FrondError) {
                    result = .success(try call(resource))
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
