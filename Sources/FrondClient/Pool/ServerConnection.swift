import FrondAPI
import GRPCCore
import GRPCNIOTransportHTTP2Posix

/// A connection to one server, made when it is first used, and closed with this object.
///
/// The object owns the one task in which gRPC runs the connection, and the task does not own the object: a call holds
/// the object until its answer is there.
final class ServerConnection: Sendable {
    typealias Transport = HTTP2ClientTransport.Posix

    /// The first frames of a connection that was silent for long may go to a firewall that has forgotten it.
    private static let maxIdleTime = Duration.seconds(60)

    private let client: GRPCClient<Transport>
    private let task: Task<Void, any Error>

    /// Creates a connection that is opened by its first call.
    /// - Throws: the error of gRPC for the files of the encryption.
    init(to address: ServerAddress, tls: ClientTLS?, token: ClientToken?) throws {
        let client = GRPCClient(
            transport: try Self.transport(to: address, tls: tls),
            interceptors: token.map { [TokenInterceptor($0)] } ?? [])
        self.client = client
        // Outlives the call that makes it, so it is not a child of that call and takes neither its priority nor its
        // values.
        task = Task.detached { try await client.runConnections() }
    }

    deinit {
        task.cancel()
    }

    /// Ends calls that wait, and returns once the connection is closed.
    func close() async {
        task.cancel()
        _ = await task.result
    }

    var ids: Frond_V1_IDs.Client<Transport> { Frond_V1_IDs.Client(wrapping: client) }
    var segments: Frond_V1_Segments.Client<Transport> { Frond_V1_Segments.Client(wrapping: client) }
    var workers: Frond_V1_Workers.Client<Transport> { Frond_V1_Workers.Client(wrapping: client) }
    var health: Grpc_Health_V1_Health.Client<Transport> { Grpc_Health_V1_Health.Client(wrapping: client) }

    private static func transport(to address: ServerAddress, tls: ClientTLS?) throws -> Transport {
        try Transport(
            target: address.target, transportSecurity: tls?.security ?? .plaintext,
            config: .defaults { $0.connection.maxIdleTime = maxIdleTime })
    }
}

/// Options of one call.
extension CallOptions {
    /// Of an answer: the list of some 100,000 tags, or of all worker IDs.
    private static let maxAnswerBytes = 64 << 20

    static func within(_ limit: Duration) -> CallOptions {
        var options = CallOptions.defaults
        options.timeout = limit
        options.maxResponseMessageBytes = maxAnswerBytes
        return options
    }
}
