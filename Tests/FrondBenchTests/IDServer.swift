import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A tiny HTTP server in this process, that answers as it is told.
final class IDServer: Sendable {
    enum Answer: Sendable {
        /// Status 200 with this body.
        case body(String)
        case status(HTTPResponseStatus)
        /// Half an answer, and the connection closed.
        case cutOff(String)
        case close
    }

    /// The number of the request, from 0, and its path.
    typealias Script = @Sendable (_ request: Int, _ uri: String) -> Answer

    private let channel: any Channel
    let requests: RequestCounter

    final class RequestCounter: Sendable {
        let count = Atomic<Int>(0)
    }

    private init(channel: any Channel, requests: RequestCounter) {
        self.channel = channel
        self.requests = requests
    }

    func url(_ path: String = "/id") -> String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)\(path)" }

    /// A server that does not run yet.
    struct Plan {
        let script: Script

        init(_ script: @escaping Script) {
            self.script = script
        }

        /// Runs a server on a free port for as long as `body` runs.
        func whileRunning<Value>(_ body: (IDServer) async throws -> Value) async throws -> Value {
            let server = try await IDServer.start(script)
            do {
                let value = try await body(server)
                try await server.channel.close().get()
                return value
            } catch {
                try await server.channel.close().get()
                throw error
            }
        }
    }

    private static func start(_ script: @escaping Script) async throws -> IDServer {
        let requests = RequestCounter()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton.next())
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(script: script, requests: requests))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return IDServer(channel: channel, requests: requests)
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        let script: Script
        let requests: RequestCounter
        var uri = ""

        init(script: @escaping Script, requests: RequestCounter) {
            self.script = script
            self.requests = requests
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): uri = head.uri
            case .body: break
            case .end: answer(context)
            }
        }

        private func answer(_ context: ChannelHandlerContext) {
            let number = requests.count.add(1, ordering: .relaxed).oldValue
            switch script(number, uri) {
            case .body(let text): write(text, length: text.utf8.count, .ok, context)
            case .status(let status): write("no", length: 2, status, context)
            case .cutOff(let text):
                write(text, length: text.utf8.count + 10, .ok, context, ends: false)
                context.close(promise: nil)
            case .close: context.close(promise: nil)
            }
        }

        private func write(
            _ text: String, length: Int, _ status: HTTPResponseStatus, _ context: ChannelHandlerContext,
            ends: Bool = true
        ) {
            let head = HTTPResponseHead(
                version: .http1_1, status: status, headers: ["content-length": "\(length)"])
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
            if ends {
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            } else {
                context.flush()
            }
        }
    }
}
