/// A worker ID that this process holds: the record as it was last known to stand in the registry.
public struct WorkerLease: Hashable, Sendable {
    public let record: WorkerRecord

    public init(record: WorkerRecord) {
        self.record = record
    }

    public var workerID: Int64 { record.workerID }
    /// The fencing token.
    public var token: Int64 { record.token }
    /// The secret that extends the lease or gives it back; nil from a registry of a version without secrets.
    public var secret: WorkerSecret? { record.secret }
    /// Nothing is issued for a time before this: milliseconds since 1970-01-01T00:00:00Z.
    public var floorMilliseconds: Int64 { record.floorMilliseconds }
    /// Nothing is issued for a time at or after this: milliseconds since 1970-01-01T00:00:00Z.
    public var horizonMilliseconds: Int64 { record.horizonMilliseconds }
}
