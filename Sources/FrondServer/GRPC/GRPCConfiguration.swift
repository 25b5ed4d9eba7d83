/// How the server listens for gRPC and what it allows. The most IDs of a request and TLS are as for HTTP.
public struct GRPCConfiguration: Hashable, Sendable {
    /// The address to listen on; nil for HTTP's.
    public var host: String?
    /// The port to listen on; 0 picks a free one.
    public var port: Int
    /// Calls and streams at the same time on one connection; more wait for their turn at the client. Default 1,000.
    public var maxStreams: Int
    /// Requests of one stream that are read and not answered; more are not read. Default 10,000.
    public var maxOutstanding: Int

    public init(host: String? = nil, port: Int, maxStreams: Int = 1000, maxOutstanding: Int = 10_000) {
        self.host = host
        self.port = port
        self.maxStreams = maxStreams
        self.maxOutstanding = maxOutstanding
    }
}
