import Frond
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import SwiftProtobuf
import Synchronization

/// A connection to one member, made when it is first used, and closed with this object.
///
/// The object owns the one task in which gRPC runs the connection, and the task does not own the object: the caller of
/// a call holds the object until the answer is there.
final class EtcdConnection: Sendable {
    private typealias Transport = HTTP2ClientTransport.Posix

    /// The first frames of a connection that was silent for long may go to a firewall that has forgotten it.
    private static let maxIdleTime = Duration.seconds(60)

    /// etcd sends a PING with nearly every answer, to measure the connection, and NIO's HTTP/2 takes more than 200
    /// PINGs within 30 seconds for an attack and closes the connection, whatever is under way: a busy one is replaced
    /// before.
    private static let maxCalls = 100

    private let calls = Atomic(0)
    private let client: GRPCClient<HTTP2ClientTransport.Posix>
    private let task: Task<Void, any Error>

    /// Does not connect yet.
    /// - Throws: what gRPC says of the files of the encryption.
    init(to endpoint: EtcdEndpoint, tls: EtcdConfiguration.TLS?) throws {
        let client = GRPCClient(transport: try Self.transport(to: endpoint, tls: tls))
        self.client = client
        // Outlives the call that makes it, so it is no child of that: neither its priority nor its values are taken
        // over.
        task = Task.detached { try await client.runConnections() }
    }

    deinit {
        task.cancel()
    }

    /// Returns true if there may be another call, and counts it.
    func takeCall() -> Bool {
        calls.add(1, ordering: .relaxed).newValue < Self.maxCalls
    }

    /// Returns true if the files of the encryption can be used.
    /// - Throws: what gRPC says of them.
    static func check(_ tls: EtcdConfiguration.TLS?, for endpoint: EtcdEndpoint) throws {
        _ = try transport(to: endpoint, tls: tls)
    }

    /// Ends calls that wait, and returns once the connection is closed.
    func close() async {
        task.cancel()
        _ = await task.result
    }

    func range(_ request: Etcdserverpb_RangeRequest, _ call: EtcdCall) async throws -> Etcdserverpb_RangeResponse {
        try await Etcdserverpb_KV.Client(wrapping: client).range(
            request, metadata: call.metadata, options: call.options)
    }

    func transaction(_ request: Etcdserverpb_TxnRequest, _ call: EtcdCall) async throws -> Etcdserverpb_TxnResponse {
        try await Etcdserverpb_KV.Client(wrapping: client).txn(
            request, metadata: call.metadata, options: call.options)
    }

    /// - Returns: the token of a user.
    func authenticate(_ user: EtcdConfiguration.User, _ call: EtcdCall) async throws -> String {
        let request = Etcdserverpb_AuthenticateRequest.with {
            $0.name = user.name
            $0.password = user.password
        }
        return try await Etcdserverpb_Auth.Client(wrapping: client).authenticate(
            request, metadata: call.metadata, options: call.options
        ).token
    }

    private static func transport(to endpoint: EtcdEndpoint, tls: EtcdConfiguration.TLS?) throws -> Transport {
        var config = Transport.Config.defaults
        config.connection.maxIdleTime = maxIdleTime
        return try Transport(target: endpoint.target, transportSecurity: tls?.security ?? .plaintext, config: config)
    }
}

/// The metadata of each call.
struct EtcdCall: Sendable {
    /// Of an answer: the records of some 200,000 worker IDs.
    private static let maxAnswerBytes = 64 << 20

    var timeout: Duration
    /// That of the user; nil where no user is needed.
    var token: String?

    var metadata: Metadata {
        // A member that sees no leader says so at once, rather than when the time is up.
        var metadata: Metadata = ["hasleader": "true"]
        if let token { metadata.addString(token, forKey: "token") }
        return metadata
    }

    var options: CallOptions {
        var options = CallOptions.defaults
        options.timeout = timeout
        options.maxResponseMessageBytes = Self.maxAnswerBytes
        return options
    }
}

extension EtcdEndpoint {
    /// Addresses are no names to look up, nor may they stand where TLS names the server that is wanted.
    fileprivate var target: any ResolvableTarget {
        if isIPv6 { return .ipv6(address: host, port: port) }
        if isIPv4 { return .ipv4(address: host, port: port) }
        return .dns(host: host, port: port)
    }
}

extension TLSFiles {
    fileprivate var security: HTTP2ClientTransport.Posix.TransportSecurity {
        .tls { tls in
            if let authorityFile {
                tls.trustRoots = .certificates([.file(path: authorityFile, format: .pem)])
            }
            if let client {
                tls.certificateChain = [.file(path: client.certificateFile, format: .pem)]
                tls.privateKey = .file(path: client.keyFile, format: .pem)
            }
        }
    }
}
