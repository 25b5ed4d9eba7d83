import NIOCore
package import NIOHPACK
import NIOPosix

/// A client of HTTP/2 that sends what a test wants and takes what comes, frame by frame.
package final class HTTP2Peer {
    package struct Frame: Equatable, CustomStringConvertible {
        package var type: UInt8
        package var flags: UInt8
        package var stream: UInt32
        package var payload: [UInt8]

        package var description: String { "type \(type) flags \(flags) stream \(stream): \(payload.prefix(32))" }
        package func isOf(_ type: HTTP2Wire.FrameType) -> Bool { self.type == type.rawValue }
        /// The code of a GOAWAY.
        package var goAwayCode: UInt8? { isOf(.goAway) ? payload[7] : nil }
    }

    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var buffer = ByteBuffer()
    private var decoder = HPACKDecoder(allocator: ByteBufferAllocator())

    private init(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.inbound = inbound.makeAsyncIterator()
        self.outbound = outbound
    }

    /// Connects, sends the preface and settings, and runs some work.
    package static func connect<Output>(
        port: Int, settings: [(UInt16, UInt32)] = [], _ work: (HTTP2Peer) async throws -> Output
    ) async throws -> Output {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            let peer = HTTP2Peer(inbound, outbound)
            try await peer.send(HTTP2Wire.preface + HTTP2Wire.settings(settings))
            return try await work(peer)
        }
    }

    package func send(_ bytes: [UInt8]) async throws {
        try await outbound.write(ByteBuffer(bytes: bytes))
    }

    /// Ends the sending side.
    package func finish() { outbound.finish() }

    /// The next frame; nil at the end of the connection.
    package func next() async -> Frame? {
        while true {
            if let frame = parse() { return frame }
            guard let bytes = try? await inbound.next(isolation: #isolation) else { return nil }
            buffer.writeImmutableBuffer(bytes)
        }
    }

    private func parse() -> Frame? {
        let start = buffer.readerIndex
        guard let header = buffer.getBytes(at: start, length: 9) else { return nil }
        let length = Int(header[0]) << 16 | Int(header[1]) << 8 | Int(header[2])
        guard let payload = buffer.getBytes(at: start + 9, length: length),
            let stream = buffer.getInteger(at: start + 5, as: UInt32.self)
        else { return nil }
        buffer.moveReaderIndex(forwardBy: 9 + length)
        buffer.discardReadBytes()
        return Frame(type: header[3], flags: header[4], stream: stream & 0x7fff_ffff, payload: payload)
    }

    package func headers(of frame: Frame) throws -> HPACKHeaders {
        var block = ByteBuffer(bytes: frame.payload)
        return try decoder.decodeHeaders(from: &block)
    }

    /// How a call ended.
    package struct Answer {
        /// `grpc-status`, or "reset" where the stream was reset first; nil where the connection ended.
        package var status: String?
        package var message: String?
        package var data: [UInt8] = []
        package var headers: [HPACKHeaders] = []
    }

    /// Reads on until a stream has ended.
    package func answer(on stream: UInt32) async throws -> Answer {
        var answer = Answer()
        while let frame = await next() {
            if frame.isOf(.headers) {
                let headers = try headers(of: frame)
                guard frame.stream == stream else { continue }
                answer.headers.append(headers)
                if frame.flags & HTTP2Wire.endStream != 0 {
                    answer.status = headers["grpc-status"].first
                    answer.message = headers["grpc-message"].first
                    return answer
                }
            } else if frame.isOf(.data), frame.stream == stream {
                answer.data += frame.payload
            } else if frame.isOf(.reset), frame.stream == stream {
                answer.status = "reset"
                return answer
            }
        }
        return answer
    }
}
