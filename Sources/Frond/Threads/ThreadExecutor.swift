/// A thread of its own for tasks that must not wait behind others: the renewal of a worker ID beside requests.
///
/// Passed to tasks as their executor preference. The thread ends when this object and the tasks on it are gone.
public final class ThreadExecutor: TaskExecutor {
    private let jobs = JobQueue<Void>()

    public init() {
        jobs.startThread {}
    }

    deinit {
        jobs.close()
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isQueued = jobs.add(atMost: .max) { [self] in
            job.runSynchronously(on: asUnownedTaskExecutor())
            return {}
        }
        precondition(isQueued, "an executor that is in use is not closed")
    }
}
