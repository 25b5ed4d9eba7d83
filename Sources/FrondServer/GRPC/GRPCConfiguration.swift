/// The address that the server listens on for gRPC, and what it allows there.
///
/// The most IDs of a request and TLS are as for HTTP.
public struct GRPCConfiguration: Hashable, Sendable {
    /// The address to listen on; nil for HTTP's.
    public var host: String?
    /// The port to listen on; 0 picks a free one.
    public var port: Int
    /// The maximum number of calls and streams at the same time on one connection; more wait at the client. Default
    /// 1,000.
    public var maxStreams: Int
    /// The maximum number of requests of one stream that are read and not answered; more are not read. Default 10,000.
    public var maxOutstanding: Int
    /// The age at which a connection is told to end, give or take a tenth, so that clients spread anew over servers
    /// behind a balancer; calls under way end within the server's drain limit. Default nil, for no limit.
    public var maxConnectionAge: Duration?

    public init(
        host: String? = nil, port: Int, maxStreams: Int = 1000, maxOutstanding: Int = 10_000,
        maxConnectionAge: Duration? = nil
    ) {
        self.host = host
        self.port = port
        self.maxStreams = maxStreams
        self.maxOutstanding = maxOutstanding
        self.maxConnectionAge = maxConnectionAge
    }
}
