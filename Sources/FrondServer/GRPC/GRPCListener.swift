import Frond
import FrondAPI
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOPosix
import ServiceLifecycle
import SystemPackage

/// Frond's services by gRPC, beside HTTP and from the same generators.
struct GRPCListener: Service {
    /// The largest request in bytes: no request of Frond's comes near it.
    private static let largestRequest = 64 << 10
    /// How many IDs one stream may have under way, as a multiple of the most that one request may ask for.
    private static let outstandingBatches = 10
    /// What clients may have on the way to us at once, a connection or a stream, in bytes.
    private static let windowSize = 1 << 20
    /// How long a client may be silent before it is asked whether it is there.
    private static let keepaliveTime = Duration.seconds(60)

    let generators: ServedGenerators
    let configuration: GRPCConfiguration
    /// Where ``GRPCConfiguration/host`` is nil.
    let host: String
    let maxCount: Int
    /// How long clients have to go once they are told that the server shuts down.
    let drainLimit: Duration
    let tls: ServerTLS?
    let time: any TimeSource
    let group: MultiThreadedEventLoopGroup
    /// Called with the port once calls are accepted.
    var onListening: @Sendable (_ port: Int) -> Void = { _ in }

    /// Serves until graceful shutdown, when calls under way are answered, or cancellation.
    /// - Throws: `invalidArgument` where the address cannot be bound, naming it.
    func run() async throws {
        let calls = CallGuard()
        let transport = HTTP2ServerTransport.Posix(
            address: try address(), transportSecurity: tls?.grpcSecurity ?? .plaintext, config: transportSettings,
            eventLoopGroup: group)
        let server = GRPCServer(transport: transport, services: services(calls))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            let end: @Sendable () -> Void = {
                calls.beginShutdown()
                server.beginGracefulShutdown()
            }
            tasks.addTask {
                try await withGracefulShutdownHandler {
                    // gRPC traps where it is cancelled while a connection or a stream is being accepted: it is told to
                    // end in good order then too, which it does within the drain limit.
                    let serving = Task { try await serve(server) }
                    try await withTaskCancellationHandler {
                        try await serving.value
                    } onCancel: {
                        end()
                    }
                } onGracefulShutdown: {
                    end()
                }
            }
            tasks.addTask {
                // Where the address cannot be bound, the server says why.
                guard let port = try? await transport.listeningAddress.port else { return }
                onListening(port)
            }
            while try await tasks.next() != nil {}
        }
    }

    private func serve(_ server: GRPCServer<HTTP2ServerTransport.Posix>) async throws {
        do {
            try await server.serve()
        } catch let error as RuntimeError {
            throw cannotListen(error.cause ?? error)
        }
    }

    private func services(_ calls: CallGuard) -> [any RegistrableRPCService] {
        let limits = StreamLimits(
            requests: configuration.maxOutstanding, ids: max(maxCount, 1000) * Self.outstandingBatches)
        return [
            IDsService(generators: generators, maxCount: maxCount, streamLimits: limits, calls: calls),
            SegmentsService(
                store: generators.issuer.segments?.store, administration: generators.issuer.administration, calls: calls),
            WorkersService(keeper: generators.snowflake, calls: calls, time: time),
            HealthService(readiness: Readiness(issuer: generators.issuer), calls: calls, time: time),
        ]
    }

    private var transportSettings: HTTP2ServerTransport.Posix.Config {
        .defaults { settings in
            settings.rpc.maxRequestPayloadSize = Self.largestRequest
            settings.http2.maxConcurrentStreams = configuration.maxStreams
            settings.http2.targetWindowSize = Self.windowSize
            settings.connection.maxGraceTime = drainLimit
            // A client whose host is gone is noticed.
            settings.connection.keepalive.time = Self.keepaliveTime
            settings.channelDebuggingCallbacks.onAcceptTCPConnection = { [drainLimit] channel in
                GRPCConnectionHandler.add(to: channel, drainLimit: drainLimit)
            }
            settings.channelDebuggingCallbacks.onAcceptHTTP2Stream = { CallHeadGuard.add(to: $0) }
        }
    }

    // MARK: The address

    private func address() throws(FrondError) -> GRPCNIOTransportCore.SocketAddress {
        do {
            let resolved = try NIOCore.SocketAddress.makeAddressResolvingHost(name, port: configuration.port)
            let ip = resolved.ipAddress ?? name
            return ip.contains(":")
                ? .ipv6(host: ip, port: configuration.port) : .ipv4(host: ip, port: configuration.port)
        } catch {
            throw cannotListen(error)
        }
    }

    private var name: String { configuration.host ?? host }

    private func cannotListen(_ cause: any Error) -> FrondError {
        let reason = (cause as? IOError).map { "\(Errno(rawValue: $0.errnoCode))" } ?? "\(cause)"
        return FrondError(
            .invalidArgument,
            "cannot listen for gRPC on \(name):\(configuration.port): \(reason); choose another address with "
                + "--grpc-port or grpc.host",
            cause: cause)
    }
}

extension GRPCNIOTransportCore.SocketAddress {
    /// Nil for an address that has none.
    fileprivate var port: Int? { ipv4?.port ?? ipv6?.port }
}
