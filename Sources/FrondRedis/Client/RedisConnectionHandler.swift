import Foundation
import Frond
import NIOCore
import RESP

/// The last handler of a connection: shakes hands, then gives each reply to its receiver.
///
/// Its event loop alone calls it.
final class RedisConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// The receiver of a connection's replies, on its event loop.
    protocol Receiver: AnyObject {
        func received(_ reply: RESPValue, on handler: RedisConnectionHandler)
        /// The connection ended; nothing follows.
        func ended(_ error: FrondError, on handler: RedisConnectionHandler)
    }

    private enum Phase {
        case silent
        case shaking(HandshakeStateMachine, EventLoopPromise<HandshakeStateMachine.Greeting>)
        case open
        case ended
    }

    /// The limits of a reply: the longest is the text of `INFO`.
    private static let limits = RESPLimits(bulkBytes: 1 << 20, arrayLength: 1024)
    private static let closedAtOnce =
        "the server closed the connection at once: does it want TLS, by rediss://, or have a proxy before it?"

    private let server: ServerName
    private var parser = RESPReplyParser(limits: limits)
    private var buffer = ByteBuffer()
    private var phase = Phase.silent
    /// The reason why the connection ends, where one is known.
    private var failure: FrondError?
    private var context: ChannelHandlerContext?
    /// Held until the connection ends, so that what is under way is completed whatever becomes of its owner.
    var receiver: (any Receiver)?

    init(server: ServerName) {
        self.server = server
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
        self.context = nil
    }

    // MARK: Work

    /// Sends the requests of the handshake.
    /// - Parameter promise: kept in any case, at the end of the connection at the latest.
    func shakeHands(
        _ requests: [HandshakeStateMachine.Request], _ promise: EventLoopPromise<HandshakeStateMachine.Greeting>
    ) {
        guard let context, context.channel.isActive, case .silent = phase else {
            promise.fail(failure ?? .unreachable(server, "the server closed the connection"))
            return
        }
        phase = .shaking(HandshakeStateMachine(requests, server: server), promise)
        var buffer = context.channel.allocator.buffer(capacity: 4096)
        for request in requests { buffer.writeRESPRequest(request.words) }
        context.writeAndFlush(NIOAny(buffer), promise: nil)
    }

    /// Sends what was written.
    func send(_ buffer: ByteBuffer) {
        context?.writeAndFlush(NIOAny(buffer), promise: nil)
    }

    /// Ends the connection for a reason. The receiver is told.
    func close(_ error: FrondError) {
        if failure == nil { failure = error }
        end()
        context?.close(promise: nil)
    }

    /// Ends the connection. The receiver is not told.
    func close() {
        receiver = nil
        context?.close(promise: nil)
    }

    // MARK: Events

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            buffer.discardReadBytes()
            buffer.writeBuffer(&bytes)
        }
        do throws(RESPProtocolError) {
            while let reply = try parser.next(from: &buffer) { take(reply) }
        } catch {
            close(.unreachable(server, "it does not speak Redis's protocol (\(error)): is the port right?"))
        }
    }

    private func take(_ reply: RESPValue) {
        switch phase {
        case .silent: close(.strange(server, reply))
        case .ended: break
        case .open: receiver?.received(reply, on: self)
        case .shaking(var machine, let promise):
            switch machine.received(reply) {
            case .waiting: phase = .shaking(machine, promise)
            case .failed(let error): close(error)
            case .done(let greeting):
                phase = .open
                promise.succeed(greeting)
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A server that wants TLS closes the connection or resets it.
        if case .shaking = phase, (error as? IOError)?.errnoCode == ECONNRESET {
            return close(.unreachable(server, Self.closedAtOnce))
        }
        close(.connection(server, error))
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        let last = phase
        phase = .ended
        switch last {
        case .ended, .silent: break
        case .shaking(_, let promise):
            promise.fail(failure ?? .unreachable(server, Self.closedAtOnce))
        case .open:
            receiver?.ended(failure ?? .unreachable(server, "the server closed the connection"), on: self)
            receiver = nil
        }
    }
}
