#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The process that holds a worker ID: for people who read the list, and for clients that look for servers.
public struct WorkerHolder: Hashable, Sendable {
    /// The name of its host.
    public var host: String
    public var processID: Int64
    /// The start of the process: milliseconds since 1970-01-01T00:00:00Z, by its own clock.
    public var startedAtMilliseconds: Int64
    /// The address on which it listens for HTTP, such as `10.0.0.7:8080`; may be empty.
    public var address: String
    /// The address on which it listens for gRPC, such as `10.0.0.7:9090`; may be empty.
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

    /// True where the other process stands in the same place: what is started again should find its worker ID again.
    /// Without an address it is not known.
    func isSamePlace(as other: WorkerHolder) -> Bool {
        host == other.host && address == other.address && !address.isEmpty
    }
}

extension WorkerHolder {
    /// This process, started now.
    public static var current: WorkerHolder { current() }

    /// This process.
    /// - Parameter startedAtMilliseconds: milliseconds since 1970-01-01T00:00:00Z.
    package static func current(
        startedAtMilliseconds: Int64 = SystemTimeSource().wallMilliseconds, version: String = FrondVersion.current
    ) -> WorkerHolder {
        WorkerHolder(
            host: hostName, processID: Int64(getpid()), startedAtMilliseconds: startedAtMilliseconds, version: version)
    }

    /// The name of this machine; empty where it has none.
    package static var hostName: String {
        var bytes = [CChar](repeating: 0, count: 256)
        guard gethostname(&bytes, bytes.count - 1) == 0 else { return "" }
        return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension WorkerHolder: CustomStringConvertible {
    public var description: String {
        address.isEmpty ? "\(host), process \(processID)" : "\(host), process \(processID), at \(address)"
    }
}
