import NIOCore
import RESP

/// The way out of one channel of RESP.
final class CommandWire: BenchmarkWire {
    private let channel: any Channel
    /// The largest number of requests in flight, one after the other.
    private let requests: ByteBuffer
    private let requestBytes: Int

    init(channel: any Channel, command: BenchmarkCommand, depth: Int) {
        self.channel = channel
        let request = command.request
        requestBytes = request.readableBytes
        var requests = ByteBuffer()
        for _ in 0..<depth { requests.writeImmutableBuffer(request) }
        self.requests = requests
    }

    func send(_ count: Int) {
        guard let bytes = requests.getSlice(at: 0, length: count * requestBytes) else {
            preconditionFailure("no more requests are sent at once than may be in flight")
        }
        channel.writeAndFlush(bytes, promise: nil)
    }

    func close() {
        channel.close(promise: nil)
    }
}

/// Hands what a channel of RESP receives to its ``BenchmarkConnection``.
final class ReplyHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let wire: CommandWire
    private let connection: BenchmarkConnection
    private var parser = RESPReplyParser()
    private var buffer = ByteBuffer()
    private var error: (any Error)?
    /// The token to log in with; nil once the server has answered.
    private var token: String?

    init(wire: CommandWire, token: String?, connection: BenchmarkConnection) {
        self.wire = wire
        self.token = token
        self.connection = connection
    }

    func channelActive(context: ChannelHandlerContext) {
        guard let token else { return connection.became(wire) }
        var login = ByteBuffer()
        login.writeString("*2\r\n$4\r\nAUTH\r\n$\(token.utf8.count)\r\n\(token)\r\n")
        context.writeAndFlush(NIOAny(login), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        buffer.discardReadBytes()
        if buffer.readableBytes == 0 { buffer = bytes } else { buffer.writeBuffer(&bytes) }
        let now = NIODeadline.now()
        do {
            while let reply = try parser.next(from: &buffer) {
                if token != nil {
                    token = nil
                    // A refusal shows in the answers that follow.
                    connection.became(wire)
                    continue
                }
                connection.received(reply)
                connection.receivedEnd(at: now)
            }
        } catch {
            errorCaught(context: context, error: error)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        connection.readComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.error = self.error ?? error
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        connection.lost(wire, error: error)
    }
}

extension BenchmarkTarget {
    /// Adds what a channel needs to measure this target.
    func addHandlers(to channel: any Channel, depth: Int, connection: BenchmarkConnection) throws {
        let handlers = channel.pipeline.syncOperations
        if let command {
            let wire = CommandWire(channel: channel, command: command, depth: depth)
            try handlers.addHandler(ReplyHandler(wire: wire, token: token, connection: connection))
        } else {
            let wire = try RequestWire(channel: channel, target: self, depth: depth)
            try handlers.addHandler(ResponseHandler(wire: wire, connection: connection))
        }
    }
}
