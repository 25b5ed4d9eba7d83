import NIOCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

extension ConnectionLimits {
    /// The bytes that the kernel keeps and that are not on their way: with more, a slow client's progress would not be
    /// seen for longer than the idle timeout.
    private static let kernelBytes = 64 << 10

    /// Sets the options of a connection's channel by which its reads and its unsent bytes are bounded.
    static func setOptions(of channel: any Channel) throws {
        // A second read after each request would only learn that there is nothing yet.
        try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
        try channel.syncOptions?.setOption(.tcpOption(.init(rawValue: TCP_NOTSENT_LOWAT)), value: kernelBytes)
        try channel.syncOptions?.setOption(
            .writeBufferWaterMark, value: .init(low: unsentBytes.lowerBound, high: unsentBytes.upperBound))
    }
}
