#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The queue of calls for the threads of one object. Safe to share: the mutex guards all that changes.
final class JobQueue<Resource>: @unchecked Sendable {
    /// Makes a call; what it returns delivers the result.
    typealias Job = @Sendable (Resource) -> @Sendable () -> Void

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

    /// Starts a thread that makes calls until the queue is closed and empty.
    /// - Parameter resource: makes what the thread passes to each call.
    func startThread(_ resource: @escaping @Sendable () -> Resource) {
        let body = ThreadBody { [self] in
            let resource = resource()
            while let deliver = runNext(resource) { deliver() }
        }
        let argument = Unmanaged.passRetained(body).toOpaque()
        #if canImport(Darwin)
            var thread: pthread_t?
            let code = pthread_create(&thread, nil, { runBody(of: $0) }, argument)
            if let thread { pthread_detach(thread) }
        #else
            var thread = pthread_t()
            let code = pthread_create(&thread, nil, { runBody(of: $0) }, argument)
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
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Waits for the next call and makes it; nil at the end.
    ///
    /// The call, and what it holds, are gone when its result is delivered: the receiver may rely on the lock of a
    /// registry that is no longer used being free.
    private func runNext(_ resource: Resource) -> (@Sendable () -> Void)? {
        next().map { $0(resource) }
    }

    private func next() -> Job? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while jobs.isEmpty, !isClosed { pthread_cond_wait(condition, mutex) }
        return jobs.isEmpty ? nil : jobs.removeFirst()
    }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}

private func runBody(of argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    // A library in C that writes to a connection which was closed must get an error, and not end the process.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
    return nil
}
