import Frond
import NIOCore

/// An open connection, after its handshake.
struct RedisConnection: Sendable {
    let server: ServerName
    let greeting: HandshakeStateMachine.Greeting
    let channel: any Channel
    let handler: NIOLoopBound<RedisConnectionHandler>
}

/// A way to make a connection.
protocol RedisDialer: Sendable {
    /// True if another connection may lead to another server, the primary.
    var seeksPrimary: Bool { get }

    /// Connects and shakes hands, within a bounded time.
    /// - Returns: a connection of this event loop, or a ``FrondError``.
    func dial(on loop: any EventLoop) -> EventLoopFuture<RedisConnection>
}

/// The longest times that connecting and a reply may take.
struct RedisTimeouts: Hashable, Sendable {
    var connect: TimeAmount
    var reply: TimeAmount

    init(connect: Duration, reply: Duration) {
        self.connect = TimeAmount(connect)
        self.reply = TimeAmount(reply)
    }
}
