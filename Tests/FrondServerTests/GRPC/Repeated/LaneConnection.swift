import Frond
import FrondTesting
import GRPCCore
import NIOCore
import NIOEmbedded
import NIOHPACK
import NIOHTTP2

@testable import FrondServer

/// A client and a server of gRPC in memory, each a pipeline with NIO's HTTP/2, which finds what the other does wrong.
///
/// To be used by one thread: in a function that does not wait.
final class LaneConnection {
    /// The frames that came to the client, by stream.
    final class Received: ChannelInboundHandler {
        typealias InboundIn = HTTP2Frame
        typealias OutboundOut = HTTP2Frame

        var answers: [Int: (data: ByteBuffer, status: String?)] = [:]
        var errors: [any Error] = []
        var goAway: (last: Int, code: HTTP2ErrorCode)?
        /// The number of calls that were answered without an error.
        var answered: Int { answers.values.count { $0.status == "0" } }
        /// Bytes of data that the server does not know to be taken.
        var taken = 0

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let frame = unwrapInboundIn(data)
            let stream = Int(frame.streamID)
            switch frame.payload {
            case .headers(let headers):
                guard headers.endStream else { return }
                answers[stream, default: (ByteBuffer(), nil)].status = headers.headers.first(name: "grpc-status")
            case .data(let data):
                guard case .byteBuffer(let bytes) = data.data else { return }
                taken += bytes.readableBytes
                answers[stream, default: (ByteBuffer(), nil)].data.writeImmutableBuffer(bytes)
            case .goAway(let last, let code, _): goAway = (Int(last), code)
            default: break
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { errors.append(error) }
    }

    let loop = EmbeddedEventLoop()
    let client: EmbeddedChannel
    let server: EmbeddedChannel
    let received = Received()
    let repeated: RepeatedCallHandler
    private var stream = -1
    /// The bytes from the client that have not reached the server.
    var inFlight = ByteBuffer()

    init(
        _ generators: ServedGenerators, clientSettings: HTTP2Settings = [],
        budget: ConnectionBudget = ConnectionBudget(),
        access: AccessControl = .silent()
    ) throws {
        (client, server) = (EmbeddedChannel(loop: loop), EmbeddedChannel(loop: loop))
        let limits = TransportLimits()
        let settings = GRPCServerTransport.Settings(
            address: try SocketAddress(ipAddress: "127.0.0.1", port: 1), limits: limits, maxCount: 1000,
            drainLimit: .seconds(5), maxConnectionAge: nil, connections: budget, security: nil)
        try GRPCServerTransport.addHandlers(
            to: server.pipeline.syncOperations, settings,
            .init(
                budget: TransportBudget(limits: limits, connections: budget), methods: ["/test/Test": Self.method],
                generators: generators, door: try .local(access),
                maxCount: 1000,
                grace: .seconds(5), age: nil, accept: { _ in }))
        repeated = try server.pipeline.syncOperations.handler(type: RepeatedCallHandler.self)
        try client.pipeline.syncOperations.addHandlers(
            NIOHTTP2Handler(mode: .client, initialSettings: clientSettings), received)
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: 1)
        server.connect(to: address, promise: nil)
        client.connect(to: address, promise: nil)
        try exchange()
    }

    private static let method = MethodDescriptor(fullyQualifiedService: "test", method: "Test")

    /// Begins a call whose message is announced as longer than what is sent of it.
    func sendIncomplete(bytes: Int) {
        stream += 2
        let headers: HPACKHeaders = [
            ":method": "POST", ":scheme": "http", ":path": "/test/Test", ":authority": "test",
            "content-type": "application/grpc",
        ]
        send(.headers(.init(headers: headers)), on: stream)
        let message = ByteBuffer(bytes: [0, 0, 0, 0xff, 0xff] + [UInt8](repeating: 0, count: bytes))
        send(.data(.init(data: .byteBuffer(message))), on: stream)
    }

    /// Sends a call whose message is in one frame; returns its stream.
    func call(_ path: String, _ message: [UInt8], more: [(String, String)] = [], indexing: HPACKIndexing = .indexable)
        -> Int
    {
        stream += 2
        var headers = HPACKHeaders()
        for (name, value) in [
            (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "test"),
            ("content-type", "application/grpc"), ("te", "trailers"),
        ] + more {
            headers.add(name: name, value: value, indexing: indexing)
        }
        send(.headers(.init(headers: headers)), on: stream)
        send(.data(.init(data: .byteBuffer(ByteBuffer(bytes: message)), endStream: true)), on: stream)
        return stream
    }

    func send(_ payload: HTTP2Frame.FramePayload, on stream: Int = 0) {
        client.writeAndFlush(HTTP2Frame(streamID: HTTP2StreamID(stream), payload: payload), promise: nil)
    }

    /// Lets the server send as much again as was received.
    func giveBackWindow() {
        guard received.taken > 0 else { return }
        send(.windowUpdate(windowSizeIncrement: received.taken))
        received.taken = 0
    }

    /// Takes all that the client has written to the bytes in flight.
    func collect() throws {
        while let bytes = try client.readOutbound(as: ByteBuffer.self) { inFlight.writeImmutableBuffer(bytes) }
    }

    /// Brings the bytes to the other side, from the client in pieces, until both have said all.
    func exchange(piece: () -> Int = { .max }) throws {
        for _ in 0..<10_000 {
            try collect()
            while inFlight.readableBytes > 0,
                let bytes = inFlight.readSlice(length: min(max(1, piece()), inFlight.readableBytes))
            {
                guard server.isActive else { return }
                try server.writeInbound(bytes)
            }
            loop.run()
            var isQuiet = true
            while let bytes = try server.readOutbound(as: ByteBuffer.self) {
                isQuiet = false
                try client.writeInbound(bytes)
            }
            if isQuiet, inFlight.readableBytes == 0 {
                try collect()
                if inFlight.readableBytes == 0 { return }
            }
        }
    }

    /// True where the last calls were answered before HTTP/2.
    func isAnswered(before stream: Int) -> Bool { repeated.lastAnswered == UInt32(stream) }
}
