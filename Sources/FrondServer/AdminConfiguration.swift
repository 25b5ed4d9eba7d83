/// The address that the server listens on for administration and its own state, apart from the public one.
public struct AdminConfiguration: Hashable, Sendable {
    /// The address to listen on. Default 127.0.0.1.
    public var host: String
    /// The port to listen on; 0 picks a free one.
    public var port: Int
    /// The certificate to show there; nil for connections in the clear.
    public var tls: ServerTLS?

    public init(host: String = "127.0.0.1", port: Int, tls: ServerTLS? = nil) {
        self.host = host
        self.port = port
        self.tls = tls
    }
}
