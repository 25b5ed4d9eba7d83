import Frond
import NIOCore
import NIOPosix
import NIOSSL

/// Connects to one server.
struct ServerDialer: RedisDialer {
    let endpoint: RedisEndpoint
    let server: ServerName
    let requests: [HandshakeStateMachine.Request]
    let tls: RedisURL.TLS?
    let timeouts: RedisTimeouts

    init(
        endpoint: RedisEndpoint, server: ServerName, requests: [HandshakeStateMachine.Request], tls: RedisURL.TLS?,
        timeouts: RedisTimeouts
    ) {
        self.endpoint = endpoint
        self.server = server
        self.requests = requests
        self.tls = tls
        self.timeouts = timeouts
    }

    /// Connects to a server that counts.
    /// - Parameter check: what it has to be.
    init(
        _ endpoint: RedisEndpoint, named server: ServerName? = nil, of url: RedisURL,
        check: HandshakeStateMachine.Request? = nil, timeouts: RedisTimeouts
    ) {
        self.init(
            endpoint: endpoint, server: server ?? .redis(endpoint),
            requests: HandshakeStateMachine.Request.counting(for: url, check: check),
            tls: url.tls, timeouts: timeouts)
    }

    var seeksPrimary: Bool { false }

    func dial(on loop: any EventLoop) -> EventLoopFuture<RedisConnection> {
        secured(on: loop).flatMap { context in
            connect(context, on: loop)
        }.flatMap { channel in
            greet(channel)
        }.flatMapErrorThrowing { error in
            throw FrondError.connection(server, error)
        }
    }

    /// Reads the files of the encryption, which blocks and so has a thread of its own.
    private func secured(on loop: any EventLoop) -> EventLoopFuture<NIOSSLContext?> {
        guard let tls else { return loop.makeSucceededFuture(nil) }
        return NIOThreadPool.singleton.runIfActive(eventLoop: loop) { try tls.context() }
    }

    private func connect(_ context: NIOSSLContext?, on loop: any EventLoop) -> EventLoopFuture<any Channel> {
        ClientBootstrap(group: loop)
            .connectTimeout(timeouts.connect)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        let handler = try NIOSSLClientHandler(context: context, serverHostname: serverHostname)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try channel.pipeline.syncOperations.addHandler(RedisConnectionHandler(server: server))
                }
            }
            .connect(host: endpoint.host, port: endpoint.port)
    }

    /// The name that the certificate must have; nil for an address, which is compared with the peer's.
    private var serverHostname: String? {
        do {
            _ = try SocketAddress(ipAddress: endpoint.host, port: endpoint.port)
            return nil
        } catch {
            return endpoint.host
        }
    }

    private func greet(_ channel: any Channel) -> EventLoopFuture<RedisConnection> {
        let loop = channel.eventLoop
        let promise = loop.makePromise(of: HandshakeStateMachine.Greeting.self)
        let handler: NIOLoopBound<RedisConnectionHandler>
        do {
            handler = NIOLoopBound(
                try channel.pipeline.syncOperations.handler(type: RedisConnectionHandler.self), eventLoop: loop)
        } catch {
            return loop.makeFailedFuture(error)
        }
        let what = tls == nil ? "answer" : "answer over TLS, which it may not speak on this port"
        let alarm = loop.scheduleTask(in: timeouts.reply) { handler.value.close(.slow(server, to: what)) }
        handler.value.shakeHands(requests, promise)
        return promise.futureResult.always { _ in alarm.cancel() }.map { greeting in
            RedisConnection(server: server, greeting: greeting, channel: channel, handler: handler)
        }
    }
}
