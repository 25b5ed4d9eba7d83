import Frond
import GRDB
import Synchronization

/// Lets changes that come at the same time share one transaction, and so one wait for the disk.
///
/// A change that finds the writer idle is written at once. Those that come while a transaction commits wait for it and
/// are the next transaction, together. All of this runs on the writer's dispatch queue, none on the cooperative pool.
final class GroupCommit: Sendable {
    /// The most changes in one transaction.
    static let maximumBatch = 1_000
    /// The most changes that wait; more are refused.
    static let maximumWaiting = 100_000

    private struct Change: Sendable {
        /// Makes the change. What it returns delivers the result, to be called once the change is durable.
        var make: @Sendable (Database) throws -> @Sendable () -> Void
        var fail: @Sendable (FrondError) -> Void
    }

    private struct State: Sendable {
        var waiting: [Change] = []
        var isWriting = false
        var isClosed = false
        var closers: [CheckedContinuation<Void, Never>] = []
    }

    private let pool: DatabasePool
    private let file: SQLiteFile
    private let identities: [SQLiteFile.Identity?]
    private let batchLimit: Int
    private let state = Mutex(State())

    /// - Parameter batchLimit: the most changes in one transaction; 1 gives each its own.
    init(pool: DatabasePool, file: SQLiteFile, batchLimit: Int = maximumBatch) {
        self.pool = pool
        self.file = file
        identities = file.identities
        self.batchLimit = batchLimit
    }

    /// Makes a change and returns once it is durable.
    /// - Parameter change: reads, then changes at most one row as its last step. A `FrondError` that it throws is its
    ///   own; any other error undoes the whole transaction, and every change in it fails.
    func perform<Value: Sendable>(
        _ change: @escaping @Sendable (Database) throws -> Value
    ) async throws(FrondError) -> Value {
        let outcome = await withCheckedContinuation { (caller: CheckedContinuation<Result<Value, FrondError>, Never>) in
            enqueue(
                Change(
                    make: { database in
                        let value = try change(database)
                        return { caller.resume(returning: .success(value)) }
                    },
                    fail: { caller.resume(returning: .failure($0)) }))
        }
        return try outcome.get()
    }

    /// Refuses new changes and returns once those that wait are made.
    func close() async {
        await withCheckedContinuation { closer in
            let isIdle = state.withLock { state in
                state.isClosed = true
                if state.isWriting { state.closers.append(closer) }
                return !state.isWriting
            }
            if isIdle { closer.resume() }
        }
    }

    /// The number of changes that wait for the next transaction.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    // MARK: Steps

    private func enqueue(_ change: Change) {
        enum Decision {
            case start
            case wait
            case refuse(FrondError)
        }
        let decision: Decision = state.withLock { state in
            if state.isClosed { return .refuse(.closed(file.path)) }
            guard state.waiting.count < Self.maximumWaiting else {
                let message = "\(state.waiting.count) changes are waiting for file '\(file.path)' already"
                return .refuse(FrondError(.overloaded, message, retryAfter: .seconds(1)))
            }
            state.waiting.append(change)
            if state.isWriting { return .wait }
            state.isWriting = true
            return .start
        }
        switch decision {
        case .start: writeBatch()
        case .wait: break
        case .refuse(let error): change.fail(error)
        }
    }

    /// One batch for each turn on the writer's queue, so that others get theirs.
    private func writeBatch() {
        pool.asyncWriteWithoutTransaction { [self] database in
            commit(takeBatch(), in: database)
            let (isDone, closers) = state.withLock { state in
                guard state.waiting.isEmpty else { return (false, [CheckedContinuation<Void, Never>]()) }
                state.isWriting = false
                defer { state.closers = [] }
                return (true, state.closers)
            }
            for closer in closers { closer.resume() }
            if !isDone { writeBatch() }
        }
    }

    private func takeBatch() -> [Change] {
        state.withLock { state in
            let batch = state.waiting.prefix(batchLimit)
            state.waiting.removeFirst(batch.count)
            return Array(batch)
        }
    }

    private func commit(_ batch: [Change], in database: Database) {
        var deliveries: [@Sendable () -> Void] = []
        do {
            // Immediate: holds the write lock from the first read on.
            try database.inTransaction(.immediate) {
                for change in batch {
                    do {
                        deliveries.append(try change.make(database))
                    } catch let error as FrondError {
                        deliveries.append { change.fail(error) }
                    }
                }
                return .commit
            }
            try checkInPlace()
        } catch {
            let failure = FrondError(sqlite: error, path: file.path)
            deliveries = batch.map { change in { change.fail(failure) } }
        }
        for deliver in deliveries { deliver() }
    }

    /// Refuses a file that is gone: commits to it exclude no process that opens the one now in its place.
    private func checkInPlace() throws(FrondError) {
        if let failure = detachment { throw failure }
    }

    /// The error where the file was removed or replaced while it was open; nil otherwise.
    var detachment: FrondError? {
        // One that was not there yet at the start may have come since.
        guard zip(identities, file.identities).contains(where: { $0 != nil && $0 != $1 }) else { return nil }
        return FrondError(
            .storeUnavailable,
            "file '\(file.path)' was removed or replaced while it was open, or its -wal or -shm was: put it "
                + "back, since another file may give out the same numbers again",
            retryAfter: .seconds(1))
    }
}
