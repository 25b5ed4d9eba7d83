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
    private let currentOrigin: Mutex<RegistryOrigin?>

    /// - Parameters:
    ///   - origin: nil for a registry that is to be initialised first.
    ///   - comparing: false for a broken store, which replaces a record whatever it is, to show that it must not.
    ///   - beforeSwap: runs before a record is replaced by the one that it is passed; no lock is held.
    public init(
        origin: RegistryOrigin? = .embedded, comparing: Bool = true,
        beforeSwap: @escaping @Sendable (WorkerRecord) async -> Void = { _ in }
    ) {
        currentOrigin = Mutex(origin)
        self.comparing = comparing
        self.beforeSwap = beforeSwap
    }

    /// Loses everything, as a registry does whose disk is lost.
    public func wipe() {
        currentOrigin.withLock { $0 = nil }
        table.withLock { $0 = [:] }
    }

    public func origin() async throws(FrondError) -> RegistryOrigin { try knownOrigin() }

    public func initialise(
        _ origin: RegistryOrigin, replacing expected: RegistryOrigin?
    ) async throws(FrondError) -> Bool {
        begin(origin, replacing: expected)
    }

    public func records() async throws(FrondError) -> [WorkerRecord] { table.withLock { Array($0.values) } }

    public func record(_ workerID: Int64) async throws(FrondError) -> WorkerRecord? {
        table.withLock { $0[workerID] }
    }

    public func replace(_ expected: WorkerRecord?, with successor: WorkerRecord) async throws(FrondError) -> Bool {
        await beforeSwap(successor)
        _ = try knownOrigin()
        return swap(expected, for: successor)
    }

    /// Performs a call at once, as the simulation does.
    func perform(_ call: WorkerStoreCall) throws(FrondError) -> WorkerStoreReply {
        let origin = try knownOrigin()
        return switch call {
        case .list: .records(table.withLock { Array($0.values) }.sorted { $0.workerID < $1.workerID }, origin)
        case .read(let workerID): .record(table.withLock { $0[workerID] })
        case .replace(let expected, let successor): .replaced(swap(expected, for: successor))
        }
    }

    func begin(_ origin: RegistryOrigin, replacing expected: RegistryOrigin?) -> Bool {
        currentOrigin.withLock { current in
            guard current == expected else { return false }
            current = origin
            return true
        }
    }

    private func knownOrigin() throws(FrondError) -> RegistryOrigin {
        guard let origin = currentOrigin.withLock({ $0 }) else { throw FrondError.registryLost("memory") }
        return origin
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
