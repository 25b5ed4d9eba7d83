#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A thread of its own for calls that block, one after another: files, and libraries in C.
///
/// The thread ends when this object does, after what was asked of it.
package final class BlockingThread: Sendable {
    /// How many calls may wait; more are refused.
    private static let maxPending = 1000

    private let jobs = JobQueue()

    package init() {
        jobs.startThread()
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

    /// Runs a call on the thread after those before it; nobody waits for it. It is run even where this object is gone by
    /// then.
    /// - Returns: whether it will run: not where too many wait.
    @discardableResult
    package func enqueue(_ call: @escaping @Sendable () -> Void) -> Bool {
        jobs.add(atMost: Self.maxPending) {
            call()
            return {}
        }
    }
}

/// Makes a call; what it returns delivers the result.
private typealias Job = @Sendable () -> @Sendable () -> Void

/// The calls that wait for the thread. Safe to share: the mutex guards all that changes.
private final class JobQueue: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var jobs: [Job] = []
    private var isClosed = false

    init() {
        let failed = pthread_mutex_init(mutex, nil) != 0 || pthread_cond_init(condition, nil) != 0
        precondition(!failed, "a mutex and a condition cannot be made")
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func startThread() {
        let queue = Unmanaged.passRetained(self).toOpaque()
        #if canImport(Darwin)
            var thread: pthread_t?
            let code = pthread_create(&thread, nil, { runJobs(of: $0) }, queue)
            if let thread { pthread_detach(thread) }
        #else
            var thread = pthread_t()
            let code = pthread_create(&thread, nil, { runJobs(of: $0) }, queue)
            if code == 0 { pthread_detach(thread) }
        #endif
        precondition(code == 0, "a thread cannot be made: error \(code)")
    }

    func add(atMost limit: Int, _ job: @escaping Job) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !isClosed, jobs.count < limit else { return false }
        jobs.append(job)
        pthread_cond_signal(condition)
        return true
    }

    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Waits for the next call and makes it; nil at the end.
    ///
    /// The call, and what it holds, are gone when its result is delivered: whoever gets it may rely on the lock of a
    /// registry that is no longer used being free.
    func runNext() -> (@Sendable () -> Void)? {
        next().map { $0() }
    }

    private func next() -> Job? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while jobs.isEmpty, !isClosed { pthread_cond_wait(condition, mutex) }
        return jobs.isEmpty ? nil : jobs.removeFirst()
    }
}

private func runJobs(of queue: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let queue else { return nil }
    let jobs = Unmanaged<JobQueue>.fromOpaque(queue).takeRetainedValue()
    while let deliver = jobs.runNext() { deliver() }
    return nil
}
