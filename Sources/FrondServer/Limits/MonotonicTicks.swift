import NIOCore

/// The clock of ``TokenBucket``: cheap enough for every request.
enum MonotonicTicks {
    /// The time since some moment of this machine, in ticks; never goes back.
    @inline(__always)
    static var now: Int64 { Int64(NIODeadline.now().uptimeNanoseconds) * TokenBucket.ticksPerNanosecond }
}
