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

    @inline(__always)
    public var wallMilliseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    public func sleep(until deadline: Duration) async {
        // The only error is cancellation, which ends the wait as the protocol says.
        try? await Task.sleep(until: start.advanced(by: deadline), clock: .continuous)
    }
}
