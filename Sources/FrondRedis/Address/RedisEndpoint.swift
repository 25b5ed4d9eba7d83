/// The address of one server: of Redis or of a Sentinel.
public struct RedisEndpoint: Hashable, Sendable, CustomStringConvertible {
    public var host: String
    /// 1 to 65535.
    public var port: Int

    public init(host: String, port: Int = 6379) {
        self.host = host
        self.port = port
    }

    /// `host:port`, with an IPv6 address in brackets.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
