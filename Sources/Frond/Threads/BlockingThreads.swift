/// Threads for blocking calls, each with a resource that never leaves it, such as a connection.
///
/// Each call runs on the first free thread. The threads end when this object does, after the calls queued before.
package final class BlockingThreads<Resource>: Sendable {
    /// The maximum number of queued calls; further calls are refused.
    static var maxPending: Int { 1000 }

    let jobs = JobQueue<Resource>()

    /// - Parameters:
    ///   - count: the number of threads, 1 or more.
    ///   - resource: makes a thread's resource; called once on each thread.
    package init(count: Int, resource: @escaping @Sendable () -> Resource) {
        precondition(count >= 1, "calls need a thread")
        for _ in 0..<count { jobs.startThread(resource) }
    }

    deinit {
        jobs.close()
    }

    /// Runs a call on one of the threads with that thread's resource.
    /// - Throws: the error of the call; `overloaded` if the queue is full.
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
