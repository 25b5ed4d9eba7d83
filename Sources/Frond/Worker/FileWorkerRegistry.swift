#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// One worker ID that is assigned from outside: by the configuration (`static:7`), or by the ordinal that Kubernetes
/// gives the host (`statefulset:`, where `frond-3` has worker ID 3).
///
/// Nobody but who assigns them sees to it that no two servers have the same one. The horizon is in a file in the data
/// directory, so that a restart after a clock went back, or a crash, is as safe as with any registry; and the file is
/// locked, so that two processes on one data directory are.
///
/// Horizons are 3 seconds at most: after a crash that is how long the next process waits.
public final class FileWorkerRegistry: WorkerRegistry {
    private struct State: Sendable {
        /// Held from the acquisition to the release.
        var lock: FileLock?
        /// As it was last known, in case the file is removed under us.
        var known: WorkerRecord?
    }

    public let workerID: Int64
    private let directory: String
    private let file: WorkerFile
    private let thread = BlockingThread()
    /// Changed on the thread only.
    private let state = ThreadConfined(State())

    public var traits: WorkerRegistryTraits { WorkerRegistryTraits(isFixed: true, maxHorizon: .seconds(3)) }

    /// - Parameter directory: the data directory, which must exist.
    public init(workerID: Int64, directory: String) {
        self.workerID = workerID
        self.directory = directory
        file = WorkerFile(workerID: workerID, directory: directory)
    }

    /// - Throws: `workerIDHeld` where a live process uses the file, or where this one holds the worker ID already;
    ///   `invalidArgument` where it is beyond the layout's width; `storeCorrupt`, `registryUnavailable`.
    public func acquire(_ request: WorkerRequest) async throws(FrondError) -> WorkerLease {
        guard request.workerIDs.contains(workerID) else {
            throw FrondError(
                .invalidArgument,
                "worker ID \(workerID) is out of range: \(request.workerIDs.lowerBound) to "
                    + "\(request.workerIDs.upperBound - 1) in this layout")
        }
        return try await thread.run { [self] () throws(FrondError) in
            let isOurs = state.value.lock != nil
            let lock = try lockFile()
            // The lock is ours: whoever wrote the record is dead, unless it was this process.
            let record = try current()
            let layout = try request.layout.map { (wanted) throws(FrondError) in
                try LayoutHistory([record], layout: wanted).successor(nowMilliseconds: request.nowMilliseconds)
            }
            let successor = try record.notBefore(layout).acquiring(
                by: request.holder, nowMilliseconds: request.nowMilliseconds, length: request.length,
                layout: layout, knownDead: !isOurs)
            try write(successor)
            state.value.lock = lock
            return WorkerLease(record: successor)
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
        if let lock = try file.lock() { return lock }
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
            return .record(found)
        case .replace(let expected, let successor):
            guard found?.token == expected?.token, found?.horizonMilliseconds == expected?.horizonMilliseconds else {
                return .replaced(false)
            }
            try write(successor)
            return .replaced(true)
        }
    }
}

/// Something that one thread alone looks at. Safe to share under that rule, which its owner keeps.
private final class ThreadConfined<Value: Sendable>: @unchecked Sendable {
    var value: Value

    init(_ value: Value) {
        self.value = value
    }
}

// MARK: Where the worker ID comes from

extension FileWorkerRegistry {
    /// The worker ID that a setting assigns: `static:7`, or `statefulset:` for the ordinal of the host's name.
    /// - Parameter hostName: of this machine, such as `frond-3`.
    /// - Returns: nil for a setting of another kind.
    /// - Throws: `invalidArgument` where there is no number, or it is negative.
    public static func assignedWorkerID(
        _ setting: String, hostName: @autoclosure () -> String = FileWorkerRegistry.hostName
    ) throws(FrondError) -> Int64? {
        if let number = setting.dropping(prefix: "static:") {
            guard let workerID = Int64(number), workerID >= 0 else {
                throw FrondError(
                    .invalidArgument, "'\(setting)' does not name a worker ID: 'static:' and a number from 0")
            }
            return workerID
        }
        guard setting == "statefulset:" || setting == "statefulset" else { return nil }
        let host = hostName()
        let label = host.split(separator: ".", omittingEmptySubsequences: false).first ?? ""
        guard let dash = label.lastIndex(of: "-"), let ordinal = Int64(label[label.index(after: dash)...]),
            ordinal >= 0
        else {
            throw FrondError(
                .invalidArgument, "the host name '\(host)' has no ordinal at its end, such as 'frond-3' has")
        }
        return ordinal
    }

    /// The name of this machine.
    public static var hostName: String {
        var bytes = [CChar](repeating: 0, count: 256)
        guard gethostname(&bytes, bytes.count - 1) == 0 else { return "" }
        return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension String {
    fileprivate func dropping(prefix: String) -> Substring? {
        hasPrefix(prefix) ? dropFirst(prefix.count) : nil
    }
}
