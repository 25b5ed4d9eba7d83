/// The buckets of clients, or of tags, by their keys.
///
/// A value without a lock or a clock, and bounded: a bucket that is full and in nobody's hands says nothing, and is
/// forgotten when room is needed. Where there is no room, newcomers share one bucket.
struct BucketTable: Sendable {
    /// The least ticks between two looks for buckets to forget, each of which goes over the whole table.
    private static let sweepInterval = 100_000_000 * TokenBucket.ticksPerNanosecond

    let limit: RateLimit
    let capacity: Int
    private var buckets: [String: SharedBucket] = [:]
    private let overflow: SharedBucket
    private var sweptAt: Int64?

    init(limit: RateLimit, capacity: Int = 100_000) {
        self.limit = limit
        self.capacity = capacity
        overflow = SharedBucket(limit: limit)
    }

    var count: Int { buckets.count }

    /// The bucket of a key.
    mutating func bucket(of key: String, now: Int64) -> SharedBucket {
        if let bucket = buckets[key] { return bucket }
        if buckets.count >= capacity { sweep(now: now) }
        guard buckets.count < capacity else { return overflow }
        let bucket = SharedBucket(limit: limit)
        buckets[key] = bucket
        return bucket
    }

    private mutating func sweep(now: Int64) {
        if let sweptAt, now - sweptAt < Self.sweepInterval { return }
        sweptAt = now
        var forgotten: [String] = []
        var index = buckets.startIndex
        while index != buckets.endIndex {
            // A connection that holds it would count by itself, beside a new one of the same client.
            if isKnownUniquelyReferenced(&buckets.values[index]), buckets.values[index].isFull(now: now) {
                forgotten.append(buckets.keys[index])
            }
            index = buckets.index(after: index)
        }
        for key in forgotten { buckets[key] = nil }
    }
}
