#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The machine's own clocks.
public struct SystemTimeSource: TimeSource {
    private let start: ContinuousClock.Instant

    public init() {
        start = ContinuousClock.now
    }

    public var monotonic: Duration { start.duration(to: .now) }

    public var wallMilliseconds: Int64 { Self.wallMilliseconds }

    /// The machine's wall clock, for each ID: milliseconds since 1970-01-01T00:00:00Z.
    ///
    /// Reading it is most of an ID's cost, and exact: an ID bears the tick of its request or a later one, and can so be
    /// found by time (``SnowflakeLayout/leastID(ofTickContainingMilliseconds:)``). Cheaper clocks would break that.
    /// `CLOCK_REALTIME_COARSE` takes 5 ns instead of 22, but is late by up to two of its periods (8 ms at 250 Hz), and
    /// without bound while the processor that advances it is halted. The processor's cycle counter between two readings
    /// saves a fifth of an ID's cost, but does not notice that the machine was suspended or moved.
    @inline(__always)
    static var wallMilliseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    public func sleep(until deadline: Duration) async {
        // The only error is cancellation, which ends the wait as the protocol says.
        try? await Task.sleep(until: start.advanced(by: deadline), clock: .continuous)
    }
}
