/// One worker ID as the registry keeps it: who holds it, and up to which time it is reserved.
///
/// Times are milliseconds since 1970-01-01T00:00:00Z and not ticks: they mean the same under every layout.
public struct WorkerRecord: Hashable, Sendable {
    /// 0 or more.
    public var workerID: Int64
    /// Who holds it, or held it last; nil where nobody ever did.
    public var holder: WorkerHolder?
    /// Whether the holder gave it back.
    public var isReleased: Bool
    /// Where the time that the holder may use begins: the horizon of whoever held it before.
    public var floorMilliseconds: Int64
    /// Where the time that is reserved ends. Nobody has ever issued with this worker ID at or above it.
    public var horizonMilliseconds: Int64
    /// The fencing token: grows whenever the worker ID changes hands. A change of the record is a compare-and-swap on
    /// this and on ``horizonMilliseconds``.
    public var token: Int64
    /// When the record last changed: milliseconds since 1970-01-01T00:00:00Z, by the clock of whoever changed it.
    public var updatedAtMilliseconds: Int64
    /// How the IDs of its holder are made; nil where that is not known, as nobody ever held it.
    public var layout: WorkerLayout?

    public init(
        workerID: Int64, holder: WorkerHolder?, isReleased: Bool, floorMilliseconds: Int64,
        horizonMilliseconds: Int64, token: Int64, updatedAtMilliseconds: Int64, layout: WorkerLayout? = nil
    ) {
        self.workerID = workerID
        self.holder = holder
        self.isReleased = isReleased
        self.floorMilliseconds = floorMilliseconds
        self.horizonMilliseconds = horizonMilliseconds
        self.token = token
        self.updatedAtMilliseconds = updatedAtMilliseconds
        self.layout = layout
    }

    /// What can be said of a worker ID at some moment.
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
