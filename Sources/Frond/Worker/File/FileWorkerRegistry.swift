#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// One worker ID that is assigned from outside: by the configuration (`static:7`), or by the ordinal that Kubernetes
/// gives the host (`statefulset:frond`, where `frond-3` has worker ID 3).
///
/// The registry does not see other data directories: two servers with one worker ID are found out only where they claim
/// it in a registry that they share. The horizon is in a file in the data directory, so that a restart after a clock
/// went back, or a crash, is as safe as with any registry. The file is locked against a second process on the data
/// directory, and a copy of the directory is refused until an operator adopts it.
///
/// Horizons are 3 seconds at most: after a crash that is how long the next process waits.
public final class FileWorkerRegistry: WorkerRegistry {
    private struct State: Sendable {
        /// Held from the acquisition to the release.
        var lock: FileLock?
        /// The record as it was last known, in case the file is removed.
        var known: WorkerRecord?
    }

    public let workerID: Int64
    private let directory: String
    private let kind: FileSystemKind?
    private let file: WorkerFile
    private let thread = BlockingThread()
    /// Changed on the thread only.
    private let state = ThreadConfined(State())

    public var traits: WorkerRegistryTraits { WorkerRegistryTraits(isFixed: true, maxHorizon: .seconds(3)) }

    /// - Parameter directory: the data directory, which must exist, on a local disk.
    public convenience init(workerID: Int64, directory: String) {
        self.init(workerID: workerID, directory: directory, kind: FileSystemKind(at: directory))
    }

    package init(workerID: Int64, directory: String, kind: FileSystemKind?) {
        self.kind = kind
        self.workerID = workerID
        self.directory = directory
        file = WorkerFile(workerID: workerID, directory: directory)
    }

    /// - Throws: `workerIDHeld` where a live process uses the file, or where this one holds the worker ID already;
    ///   `invalidArgument` where it is beyond the layout's width; `storeCorrupt`, `registryUnavailable`.
    public func acquire(_ request: WorkerRequest) async throws(FrondError) -> WorkerLease {
        try await acquireKnowingPrevious(request).lease
    }

    /// Takes the worker ID, and names the secret of the holding before: that of a process that has ended.
    func acquireKnowingPrevious(
        _ request: WorkerRequest
    ) async throws(FrondError) -> (lease: WorkerLease, previous: WorkerSecret?) {
        guard request.workerIDs.contains(workerID) else {
            throw FrondError(
                .invalidArgument,
                "worker ID \(workerID) is out of range: \(request.workerIDs.lowerBound) to "
                    + "\(request.workerIDs.upperBound - 1) in this layout")
        }
        try FileSystemKind.check(directory, kind: kind, code: .invalidArgument)
        return try await thread.run { [self] () throws(FrondError) in
            let isOurs = state.value.lock != nil
            let lock = try lockFile()
            // The lock is held: the process that wrote the record has ended, unless it is this one.
            let record = try current()
            let layout = try request.layout.map { (wanted) throws(FrondError) in
                try LayoutHistory([record], layout: wanted).successor(nowMilliseconds: request.nowMilliseconds)
            }
            let successor = try record.notBefore(layout).acquiring(
                by: request.holder, nowMilliseconds: request.nowMilliseconds, length: request.length,
                layout: layout, secret: .random(), knownDead: !isOurs)
            try write(successor)
            state.value.lock = lock
            return (WorkerLease(record: successor), record.secret)
        }
    }

    public func extend(
        _ lease: WorkerLease, to horizonMilliseconds: Int64, nowMilliseconds: Int64
    ) async throws(FrondError) -> WorkerLease {
        let change = WorkerChange(lease, .extend(to: horizonMilliseconds), nowMilliseconds: nowMilliseconds)
        return try await thread.run { [self] () throws(FrondError) in
            WorkerLease(record: try perform(change))
        }
    }

    public func release(
        _ lease: WorkerLease, at horizonMilliseconds: Int64, nowMilliseconds: Int64
    ) async throws(FrondError) {
        let change = WorkerChange(lease, .release(at: horizonMilliseconds), nowMilliseconds: nowMilliseconds)
        try await thread.run { [self] () throws(FrondError) in
            _ = try perform(change)
            state.value.lock = nil
        }
    }

    /// The one record, once there is one.
    public func workers() async throws(FrondError) -> [WorkerRecord] {
        try await thread.run { [self] () throws(FrondError) in
            try file.read().map { [$0] } ?? []
        }
    }

    public func free(_ workerID: Int64, nowMilliseconds: Int64) async throws(FrondError) -> WorkerRecord {
        guard workerID == self.workerID else {
            throw FrondError(
                .invalidArgument, "worker ID \(workerID) is not in this registry, which has \(self.workerID) alone")
        }
        let change = WorkerChange(freeing: workerID, nowMilliseconds: nowMilliseconds)
        return try await thread.run { [self] () throws(FrondError) in
            // Held to the end of the change.
            let lock = try lockFile()
            return try withExtendedLifetime(lock) { () throws(FrondError) in try perform(change) }
        }
    }

    // MARK: On the thread

    private func lockFile() throws(FrondError) -> FileLock {
        if let lock = state.value.lock { return lock }
        if let lock = try file.lock() {
            try file.checkHome(adopting: false)
            return lock
        }
        let holder = try file.read()?.holder.map { ", by \($0)" } ?? ""
        throw FrondError(
            .workerIDHeld,
            "worker ID \(workerID) is in use by a live process in \(directory)\(holder): stop it, or give this server "
                + "a worker ID and a data directory of its own")
    }

    /// The record as it stands; never behind what this process knows.
    private func current() throws(FrondError) -> WorkerRecord {
        var record = try file.read() ?? .unused(workerID)
        guard record.workerID == workerID else {
            throw FrondError(
                .storeCorrupt, "the record of worker ID \(workerID) in \(directory) is of \(record.workerID)")
        }
        record.horizonMilliseconds = max(record.horizonMilliseconds, state.value.known?.horizonMilliseconds ?? 0)
        record.token = max(record.token, state.value.known?.token ?? 0)
        return record
    }

    private func write(_ record: WorkerRecord) throws(FrondError) {
        try file.write(record)
        state.value.known = record
    }

    private func perform(_ transaction: WorkerChange) throws(FrondError) -> WorkerRecord {
        var transaction = transaction
        var step = transaction.begin()
        while true {
            switch step {
            case .finished(let result): return try result.get()
            case .call(let call): step = transaction.received(try perform(call))
            }
        }
    }

    private func perform(_ call: WorkerStoreCall) throws(FrondError) -> WorkerStoreReply {
        let found = try file.read()
        switch call {
        case .list:
            return .records(found.map { [$0] } ?? [], .embedded)
        case .read:
            // The lock keeps every other process away, as a floor does in a registry that is shared.
            return .record(found, RegistryOrigin(id: "", floorMilliseconds: .max))
        case .replace(let expected, let successor):
            guard WorkerRecord.isUnchanged(found, from: expected) else { return .replaced(false) }
            try write(successor)
            return .replaced(true)
        case .raiseFloor:
            return .floorRaised
        }
    }
}

/// A value that one thread alone looks at. Safe to share under that rule, which its owner keeps.
private final class ThreadConfined<Value: Sendable>: @unchecked Sendable {
    var value: Value

    init(_ value: Value) {
        self.value = value
    }
}

extension FileWorkerRegistry {
    /// Makes a copied data directory the one to go on with: the worker ID begins at or above a time.
    /// - Parameter floorMilliseconds: no earlier than the last ID of the original: milliseconds since
    ///   1970-01-01T00:00:00Z.
    /// - Throws: `workerIDHeld` where a live process uses the file; `storeCorrupt`, `registryUnavailable`.
    package func adopt(floorMilliseconds: Int64) async throws(FrondError) {
        try await thread.run { [self] () throws(FrondError) in
            guard let lock = try file.lock() else {
                throw FrondError(
                    .workerIDHeld, "worker ID \(workerID) is in use by a live process in \(directory); stop it first")
            }
            try withExtendedLifetime(lock) { () throws(FrondError) in
                if var record = try file.read() {
                    record.horizonMilliseconds = max(record.horizonMilliseconds, floorMilliseconds)
                    // The claims of the original are not this directory's.
                    record.secret = nil
                    try write(record)
                }
                try file.checkHome(adopting: true)
            }
        }
    }
}
