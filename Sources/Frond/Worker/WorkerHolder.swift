/// The process that holds a worker ID: for people who look at the list, and for clients that look for servers.
public struct WorkerHolder: Hashable, Sendable {
    /// The name of its host.
    public var host: String
    public var processID: Int64
    /// When the process began: milliseconds since 1970-01-01T00:00:00Z, by its own clock.
    public var startedAtMilliseconds: Int64
    /// Where it listens for HTTP, such as `10.0.0.7:8080`; may be empty.
    public var address: String
    /// Where it listens for gRPC, such as `10.0.0.7:9090`; may be empty.
    public var grpcAddress: String
    /// The version of Frond it runs; may be empty.
    public var version: String

    public init(
        host: String, processID: Int64, startedAtMilliseconds: Int64, address: String = "", grpcAddress: String = "",
        version: String = ""
    ) {
        self.host = host
        self.processID = processID
        self.startedAtMilliseconds = startedAtMilliseconds
        self.address = address
        self.grpcAddress = grpcAddress
        self.version = version
    }

    /// Whether the other process stands in the same place: what is started again should find its worker ID again.
    /// Without an address nobody knows.
    func isSamePlace(as other: WorkerHolder) -> Bool {
        host == other.host && address == other.address && !address.isEmpty
    }
}

extension WorkerHolder: CustomStringConvertible {
    public var description: String {
        address.isEmpty ? "\(host), process \(processID)" : "\(host), process \(processID), at \(address)"
    }
}
