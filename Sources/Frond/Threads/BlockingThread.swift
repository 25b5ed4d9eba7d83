/// A single thread for blocking calls, one after another: files and C libraries.
package typealias BlockingThread = BlockingThreads<Void>

extension BlockingThreads<Void> {
    /// Starts one thread.
    package convenience init() {
        self.init(count: 1) {}
    }

    /// Queues a call and returns without waiting for it.
    /// - Returns: false if the queue is full; the call is then not made.
    package func start(_ call: @escaping @Sendable () -> Void) -> Bool {
        jobs.add(atMost: Self.maxPending) {
            call()
            return {}
        }
    }
}
