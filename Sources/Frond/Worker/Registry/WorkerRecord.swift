/// One worker ID as the registry keeps it: who holds it, and up to which time it is reserved.
///
/// Times are milliseconds since 1970-01-01T00:00:00Z and not ticks: they mean the same under every layout.
public struct WorkerRecord: Hashable, Sendable {
    /// 0 or more.
    public var workerID: Int64
    /// The holder, or the last one; nil where there never was one.
    public var holder: WorkerHolder?
    /// True where the holder gave it back.
    public var isReleased: Bool
    /// The start of the time that the holder may use: the horizon of the holder before.
    public var floorMilliseconds: Int64
    /// The end of the time that is reserved. No ID with this worker ID was ever issued at or above it.
    public var horizonMilliseconds: Int64
    /// The fencing token: grows whenever the worker ID changes hands. A change of the record is a compare-and-swap on
    /// this, on ``horizonMilliseconds`` and on ``secret``.
    public var token: Int64
    /// The secret of the holding; nil where the worker ID is not held, or was taken by a version of Frond without
    /// secrets.
    public var secret: WorkerSecret?
    /// The time of the last change: milliseconds since 1970-01-01T00:00:00Z, by the clock of the server that made it.
    public var updatedAtMilliseconds: Int64
    /// The layout of its holder; nil where that is not known, or it was never held.
    public var layout: WorkerLayout?

    public init(
        workerID: Int64, holder: WorkerHolder?, isReleased: Bool, floorMilliseconds: Int64,
        horizonMilliseconds: Int64, token: Int64, updatedAtMilliseconds: Int64, layout: WorkerLayout? = nil,
        secret: WorkerSecret? = nil
    ) {
        self.workerID = workerID
        self.holder = holder
        self.isReleased = isReleased
        self.floorMilliseconds = floorMilliseconds
        self.horizonMilliseconds = horizonMilliseconds
        self.token = token
        self.updatedAtMilliseconds = updatedAtMilliseconds
        self.layout = layout
        self.secret = secret
    }

    /// The record as people and other processes may see it.
    public var withoutSecret: WorkerRecord {
        var record = self
        record.secret = nil
        return record
    }

    /// A Boolean value that indicates whether a compare-and-swap that expects a record may replace the one found.
    package static func isUnchanged(_ found: WorkerRecord?, from expected: WorkerRecord?) -> Bool {
        found?.token == expected?.token && found?.horizonMilliseconds == expected?.horizonMilliseconds
            && found?.secret == expected?.secret
    }

    /// A Boolean value that indicates whether the record is of the holding that the other one is of.
    package func isSameHolding(as other: WorkerRecord) -> Bool {
        workerID == other.workerID && token == other.token && secret == other.secret
    }

    /// The state of a worker ID at some moment.
    public enum State: String, Hashable, Sendable {
        /// Reserved beyond now: presumed alive.
        case held
        /// The horizon has passed without having been moved: free to take.
        case expired
        /// Given back or never held: free to take.
        case free
    }

    /// - Parameter nowMilliseconds: by the caller's clock. A wrong clock costs a live holder its worker ID, and never
    ///   makes an ID twice: who takes it begins at or above the horizon.
    public func state(nowMilliseconds: Int64) -> State {
        guard horizonMilliseconds <= nowMilliseconds else { return .held }
        return isReleased ? .free : .expired
    }
}
