/// The address that the server listens on for Redis clients, and what it allows there.
///
/// The most IDs of a request, the event loops and TLS are as for HTTP.
public struct RESPConfiguration: Hashable, Sendable {
    /// The address to listen on; nil for HTTP's.
    public var host: String?
    /// The port to listen on; 0 picks a free one.
    public var port: Int
    /// The maximum number of connections; more are told so and closed. Default 10,000.
    public var maxConnections: Int
    /// The time after which a connection without a request is closed; nil for never, as Redis has it, since clients
    /// keep connections in pools. Default nil.
    public var idleTimeout: Duration?

    public init(host: String? = nil, port: Int, maxConnections: Int = 10_000, idleTimeout: Duration? = nil) {
        self.host = host
        self.port = port
        self.maxConnections = maxConnections
        self.idleTimeout = idleTimeout
    }
}
