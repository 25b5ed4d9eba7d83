public import Frond
import Synchronization

/// A registry of worker IDs in memory, for tests: read, compute, compare-and-swap, as every real one does.
public typealias InMemoryWorkerRegistry = StoredWorkerRegistry<InMemoryWorkerStore>

extension StoredWorkerRegistry where Store == InMemoryWorkerStore {
    /// An empty registry.
    public init() {
        self.init(InMemoryWorkerStore())
    }
}

/// The records of an ``InMemoryWorkerRegistry``.
public final class InMemoryWorkerStore: WorkerRecordStore {
    private let comparing: Bool
    private let beforeSwap: @Sendable (WorkerRecord) async -> Void
    private let table = Mutex<[Int64: WorkerRecord]>([:])

    /// - Parameters:
    ///   - comparing: false for a broken store, which replaces a record whatever it is, to show that it must not.
    ///   - beforeSwap: runs before a record is replaced by the one that it is passed; no lock is held.
    public init(comparing: Bool = true, beforeSwap: @escaping @Sendable (WorkerRecord) async -> Void = { _ in }) {
        self.comparing = comparing
        self.beforeSwap = beforeSwap
    }

    public func records() async throws(FrondError) -> [WorkerRecord] { table.withLock { Array($0.values) } }

    public func record(_ workerID: Int64) async throws(FrondError) -> WorkerRecord? {
        table.withLock { $0[workerID] }
    }

    public func replace(_ expected: WorkerRecord?, with successor: WorkerRecord) async throws(FrondError) -> Bool {
        await beforeSwap(successor)
        return swap(expected, for: successor)
    }

    /// Performs a call at once, as the simulation does.
    func perform(_ call: WorkerStoreCall) -> WorkerStoreReply {
        switch call {
        case .list: .records(table.withLock { Array($0.values) }.sorted { $0.workerID < $1.workerID })
        case .read(let workerID): .record(table.withLock { $0[workerID] })
        case .replace(let expected, let successor): .replaced(swap(expected, for: successor))
        }
    }

    private func swap(_ expected: WorkerRecord?, for successor: WorkerRecord) -> Bool {
        table.withLock { table in
            let found = table[successor.workerID]
            let isAsExpected =
                found?.token == expected?.token && found?.horizonMilliseconds == expected?.horizonMilliseconds
            guard isAsExpected || !comparing else { return false }
            table[successor.workerID] = successor
            return true
        }
    }
}
