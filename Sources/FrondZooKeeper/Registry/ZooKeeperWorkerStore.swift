public import Frond
import Logging

/// The records of worker IDs in ZooKeeper.
///
/// Everything is read after a `sync`: a server that lags behind the leader would otherwise show a holder a record of
/// its past, and it would think its worker ID taken. Changes need none of that, since the leader compares versions.
public struct ZooKeeperWorkerStore: WorkerRecordStore {
    /// The number of records that are asked for at a time.
    private static let maxPipelined = 128

    let session: ZooKeeperSession
    let paths: RegistryPaths
    let leaf: LeafWorkers?
    private let logger: Logger?

    init(_ configuration: ZooKeeperConfiguration, logger: Logger?) throws(FrondError) {
        session = ZooKeeperSession(configuration)
        paths = RegistryPaths(base: try ZooKeeperConfiguration.checked(path: configuration.path))
        leaf = try configuration.leafNamespace.map { name throws(FrondError) in
            LeafWorkers(namespace: try LeafNamespace(name: name), retiredAfter: configuration.leafRetiredAfter)
        }
        self.logger = logger
        if let logger { ClientLog.use(logger) }
    }

    public var isApart: Bool { true }

    var configuration: ZooKeeperConfiguration { session.configuration }

    /// All records, those of Leaf servers among them. A node that is unreadable, or a newer Frond's, is logged, and
    /// listed as held until the end of the year 9999: its worker ID is not taken, and the others go on.
    /// - Throws: `registryLost` where there is no folder for them; `registryUnavailable`.
    public func records() async throws(FrondError) -> [WorkerRecord] {
        let deadline = session.deadline
        guard let nodes = try await children(of: paths.workers, until: deadline) else {
            throw .registryLost(configuration.description)
        }
        let workerIDs = nodes.names.compactMap { paths.workerID(of: $0) }
        let contents = try await contents(of: workerIDs.map { paths.worker($0) }, until: deadline)
        var records: [Int64: WorkerRecord] = [:]
        for (workerID, content) in zip(workerIDs, contents) {
            guard let content else { continue }
            do throws(FrondError) {
                records[workerID] = try WorkerRecord(node: content.bytes, of: workerID, at: place(of: workerID))
            } catch {
                logger?.debug("worker ID not readable", metadata: LogKey.metadata([.error: error.message]))
                records[workerID] = .unreadable(workerID)
            }
        }
        for worker in try await leafWorkers(until: deadline) {
            records[worker.workerID] = leaf?.record(of: worker, over: records[worker.workerID])
        }
        return Array(records.values)
    }

    /// - Throws: `storeCorrupt` where the node is unreadable, or a newer Frond's; `registryUnavailable`.
    public func record(_ workerID: Int64) async throws(FrondError) -> WorkerRecord? {
        let deadline = session.deadline
        let content = try await contents(of: [paths.worker(workerID)], until: deadline)[0]
        return try await standing(workerID, content, until: deadline)
    }

    public func replace(_ expected: WorkerRecord?, with successor: WorkerRecord) async throws(FrondError) -> Bool {
        let deadline = session.deadline
        let workerID = successor.workerID
        let contents = try await contents(of: [paths.origin, paths.worker(workerID)], until: deadline)
        let origin = try origin(contents[0])
        let standing = try await standing(workerID, contents[1], until: deadline)
        guard WorkerRecord.isUnchanged(standing, from: expected) else { return false }
        // A server may have read the beginning of the registry before it was lost, and want a worker ID of it only now.
        let changesHands = successor.token != expected?.token && !successor.isReleased
        guard !changesHands || successor.floorMilliseconds >= origin.floorMilliseconds else { return false }
        let path = paths.worker(workerID)
        let change: Change =
            switch contents[1] {
            case .some(let node): .set(path, text: successor.text, version: node.version)
            case .none: .create(path, text: successor.text)
            }
        return try await perform([.require(paths.mark(of: origin.id)), change], until: deadline)
    }

    // MARK: Reading

    /// The record as it is to be taken: Leaf's where a Leaf server has the worker ID.
    private func standing(
        _ workerID: Int64, _ content: Content?, until deadline: ContinuousClock.Instant
    ) async throws(FrondError) -> WorkerRecord? {
        let own = try content.map { content throws(FrondError) in
            try WorkerRecord(node: content.bytes, of: workerID, at: place(of: workerID))
        }
        guard let worker = try await leafWorkers(until: deadline, only: workerID).first else { return own }
        return leaf?.record(of: worker, over: own)
    }

    private func leafWorkers(
        until deadline: ContinuousClock.Instant, only workerID: Int64? = nil
    ) async throws(FrondError) -> [LeafWorker] {
        guard let leaf else { return [] }
        guard let nodes = try await children(of: leaf.path, until: deadline) else {
            throw FrondError(
                .registryUnavailable,
                "no Leaf server ever registered at node '\(leaf.path)' of ZooKeeper at \(configuration.servers): set "
                    + "leafNamespace to the Leaf servers' leaf.name, or leave it out",
                retryAfter: .seconds(5))
        }
        let wanted = nodes.names.filter { workerID == nil || leaf.workerID(of: $0) == workerID }
        let contents = try await contents(of: wanted.map { leaf.nodePath($0) }, until: deadline)
        let toCome = leaf.workersToCome(after: nodes.names, made: nodes.made)
        return leaf.workers(zip(wanted, contents).map { ($0, $1?.bytes) })
            + toCome.filter { workerID == nil || $0.workerID == workerID }
    }

    /// The content of a node, and the version to compare with.
    struct Content: Sendable {
        var bytes: [UInt8]
        var version: Int32
    }

    /// The contents of nodes in their order; nil for those that are not there.
    func contents(
        of paths: [String], until deadline: ContinuousClock.Instant
    ) async throws(FrondError) -> [Content?] {
        var contents: [Content?] = []
        contents.reserveCapacity(paths.count)
        while contents.count < paths.count {
            let next = paths[contents.count...].prefix(Self.maxPipelined)
            let requests = [.sync(self.paths.base)] + next.map { Request.read($0) }
            let replies = try await session.read(requests, until: deadline)
            for (request, reply) in zip(requests, replies) {
                switch reply {
                case .node(let bytes, let version): contents.append(Content(bytes: bytes, version: version))
                case .failed(.noNode, _): contents.append(nil)
                case .failed(let failure, _): throw FrondError(failure, request, configuration)
                case .done, .children: continue
                }
            }
        }
        return contents
    }

    /// The names of the nodes below a node; nil where it is not there.
    private func children(
        of path: String, until deadline: ContinuousClock.Instant
    ) async throws(FrondError) -> (names: [String], made: Int64)? {
        let requests: [Request] = [.sync(path), .children(path)]
        for (request, reply) in zip(requests, try await session.read(requests, until: deadline)) {
            switch reply {
            case .children(let names, let made): return (names, made)
            case .failed(.noNode, _): return nil
            case .failed(let failure, _): throw FrondError(failure, request, configuration)
            case .done, .node: continue
            }
        }
        return nil
    }

    // MARK: Changing

    /// Makes changes, the first of which requires the beginning of the registry that was read, all or none.
    /// - Returns: whether all stood as expected.
    private func perform(
        _ changes: [Change], until deadline: ContinuousClock.Instant
    ) async throws(FrondError) -> Bool {
        let request = Request.change(changes)
        switch try await session.send([request], until: deadline)[0] {
        case .done: return true
        case .failed(.noNode, change: 0): throw .registryLost(configuration.description)
        case .failed(.nodeExists, _), .failed(.versionChanged, _): return false
        case .failed(let failure, _): throw FrondError(failure, .change(Array(changes.dropFirst())), configuration)
        case .node, .children: return false
        }
    }

    func place(of workerID: Int64) -> String {
        "node '\(paths.worker(workerID))' of ZooKeeper at \(configuration.servers)"
    }
}
