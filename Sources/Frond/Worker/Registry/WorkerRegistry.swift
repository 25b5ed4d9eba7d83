/// The place where worker IDs are given out, each to one process at a time, with the time that it may issue for.
///
/// The port that every registry implements, usually by a ``WorkerRecordStore`` in a ``StoredWorkerRegistry``;
/// `FrondTesting.WorkerRegistryContract` checks an implementation. A registry serves one datacenter ID: servers of
/// different ones may share it, and then share its worker IDs. It may be called by many tasks at the same time, and by
/// many processes on the same data.
///
/// There is no lease beside the horizon. A worker ID whose horizon has passed by the clock of the process that wants it
/// is free; no ID depends on that clock, since the new holder begins at or above the old horizon.
public protocol WorkerRegistry: Sendable {
    /// The properties by which this registry differs from others.
    var traits: WorkerRegistryTraits { get }

    /// Takes a free worker ID and reserves time for it, durably and exclusively, before it returns.
    ///
    /// If the outcome is unknown (the reply was lost) it throws; what was reserved then is free again when its
    /// horizon has passed.
    /// - Throws: `workerIDsExhausted`, saying how many there are and when the next is free, or that others issue under
    ///   another layout; `invalidArgument` for a layout whose IDs may be those of one before; `workerIDHeld` from a
    ///   registry that gives out one worker ID alone; `registryUnavailable`, `storeCorrupt`.
    func acquire(_ request: WorkerRequest) async throws(FrondError) -> WorkerLease

    /// Moves the horizon of a lease, durably, before it returns.
    ///
    /// If it throws `registryUnavailable` the outcome is unknown, and the lease is as it was.
    /// - Parameters:
    ///   - lease: as it was acquired or last extended.
    ///   - horizonMilliseconds: the new horizon; the old one stays where it is later.
    /// - Returns: the lease as it stands now, which replaces the old one.
    /// - Throws: `workerIDTaken` if another process took the worker ID: it must not be issued with any more.
    func extend(
        _ lease: WorkerLease, to horizonMilliseconds: Int64, nowMilliseconds: Int64
    ) async throws(FrondError) -> WorkerLease

    /// Gives a worker ID back, and with it the time that was not used.
    /// - Parameter horizonMilliseconds: the end of what was issued. Nothing may be issued by this lease any more.
    /// - Throws: `workerIDTaken` if another process took it, `registryUnavailable`.
    func release(
        _ lease: WorkerLease, at horizonMilliseconds: Int64, nowMilliseconds: Int64
    ) async throws(FrondError)

    /// Every worker ID that was ever held, in order.
    ///
    /// The records have their secrets: they are for this process alone.
    func workers() async throws(FrondError) -> [WorkerRecord]

    /// The record of one worker ID; nil where it was never held.
    func worker(_ workerID: Int64) async throws(FrondError) -> WorkerRecord?

    /// Says, at an operator's word, that a registry without an origin is new, or how it begins after a loss.
    /// - Parameter floorMilliseconds: nil for one that was never used; after a loss (it was wiped, or restored from a
    ///   copy) a time above every horizon that it had given out: milliseconds since 1970-01-01T00:00:00Z. Until then it
    ///   gives out no worker ID.
    /// - Throws: `invalidArgument` where it has an origin and no floor is named, or where it needs none.
    func initialise(floorMilliseconds: Int64?) async throws(FrondError) -> RegistryOrigin

    /// Gives a worker ID back in place of a holder that is gone.
    /// - Throws: `workerIDHeld` where its horizon has not passed, `invalidArgument` if it was never held.
    func free(_ workerID: Int64, nowMilliseconds: Int64) async throws(FrondError) -> WorkerRecord
}

extension WorkerRegistry {
    public var traits: WorkerRegistryTraits { WorkerRegistryTraits() }

    public func worker(_ workerID: Int64) async throws(FrondError) -> WorkerRecord? {
        try await workers().first { $0.workerID == workerID }
    }

    public func initialise(floorMilliseconds: Int64?) async throws(FrondError) -> RegistryOrigin {
        throw .needsNoInitialisation
    }
}

/// The properties by which registries differ.
public struct WorkerRegistryTraits: Hashable, Sendable {
    /// True for a registry of one worker ID alone: there is no other to take when the clock has gone wrong.
    public var isFixed: Bool
    /// The longest horizon that is of use with it; nil for no bound.
    public var maxHorizon: Duration?
    /// True for a registry that lives apart from its servers, so that it can be restored from a copy while they run: a
    /// worker ID is used only once it has been held for ``WorkerPolicy/settlingTime``.
    public var isApart: Bool

    public init(isFixed: Bool = false, maxHorizon: Duration? = nil, isApart: Bool = false) {
        self.isFixed = isFixed
        self.maxHorizon = maxHorizon
        self.isApart = isApart
    }
}

/// A request for a worker ID.
public struct WorkerRequest: Hashable, Sendable {
    public var holder: WorkerHolder
    /// The worker IDs that will do: those of the layout.
    public var workerIDs: Range<Int64>
    /// By the holder's clock: milliseconds since 1970-01-01T00:00:00Z.
    public var nowMilliseconds: Int64
    /// The distance from now to the horizon.
    public var length: Duration
    /// The layout of the IDs; nil where the caller makes sure that all in a registry have one layout.
    public var layout: SnowflakeLayout?

    public init(
        holder: WorkerHolder, workerIDs: Range<Int64>, nowMilliseconds: Int64, length: Duration,
        layout: SnowflakeLayout? = nil
    ) {
        self.holder = holder
        self.workerIDs = workerIDs
        self.nowMilliseconds = nowMilliseconds
        self.length = length
        self.layout = layout
    }
}
