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
    public let isApart: Bool
    private let beforeSwap: @Sendable (WorkerRecord) async -> Void
    private let table = Mutex<[Int64: WorkerRecord]>([:])
    private let currentOrigin: Mutex<RegistryOrigin?>

    /// - Parameters:
    ///   - origin: nil for a registry that is to be initialised first.
    ///   - comparing: false for a broken store, which replaces a record whatever it is, to show that it must not.
    ///   - isApart: true for a store that stands for one on another machine.
    ///   - beforeSwap: runs before a record is replaced by the one that it is passed; no lock is held.
    public init(
        origin: RegistryOrigin? = .embedded, comparing: Bool = true, isApart: Bool = false,
        beforeSwap: @escaping @Sendable (WorkerRecord) async -> Void = { _ in }
    ) {
        currentOrigin = Mutex(origin)
        self.comparing = comparing
        self.isApart = isApart
        self.beforeSwap = beforeSwap
    }

    /// Loses everything, as a registry does whose disk is lost.
    public func wipe() {
        currentOrigin.withLock { $0 = nil }
        table.withLock { $0 = [:] }
    }

    /// Everything in the store at one moment.
    public struct Copy: Sendable {
        fileprivate let origin: RegistryOrigin?
        fileprivate let table: [Int64: WorkerRecord]
    }

    /// Copies the store, as a backup does.
    public func copy() -> Copy {
        Copy(origin: currentOrigin.withLock { $0 }, table: table.withLock { $0 })
    }

    /// Goes back to a copy, as a restored backup does under running servers.
    public func restore(_ copy: Copy) {
        currentOrigin.withLock { $0 = copy.origin }
        table.withLock { $0 = copy.table }
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
        case .read(let workerID): .record(table.withLock { $0[workerID] }, origin)
        case .replace(let expected, let successor): .replaced(swap(expected, for: successor))
        case .raiseFloor(let floor): raisedFloor(to: floor, of: origin)
        }
    }

    private func raisedFloor(to floor: Int64, of origin: RegistryOrigin) -> WorkerStoreReply {
        if origin.floorMilliseconds < floor {
            _ = begin(RegistryOrigin(id: "\(origin.id)'", floorMilliseconds: floor), replacing: origin)
        }
        return .floorRaised
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
        let floor = currentOrigin.withLock { $0?.floorMilliseconds } ?? 0
        return table.withLock { table in
            let found = table[successor.workerID]
            guard WorkerRecord.isUnchanged(found, from: expected) || !comparing else { return false }
            // Taken by a caller that read a lower floor: the registry was initialised again since.
            let changesHands = successor.token != expected?.token && !successor.isReleased
            guard !changesHands || successor.floorMilliseconds >= floor else { return false }
            table[successor.workerID] = successor
            return true
        }
    }
}
