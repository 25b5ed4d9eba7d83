import NIOCore
import NIOHTTP1

/// The way out of one channel: writes requests that were formatted beforehand.
protocol BenchmarkWire: AnyObject {
    /// Writes `count` requests, as many as the depth at most, and flushes.
    func send(_ count: Int)
    func close()
}

/// The way out of one channel of HTTP.
///
/// The bytes go past NIO's response decoder, which is only told that there is a request to await an answer for.
final class RequestWire: BenchmarkWire {
    private let context: ChannelHandlerContext
    private let decoder: HTTPResponseDecoder
    private let head: HTTPRequestHead
    /// The largest number of requests in flight, one after the other.
    private let requests: ByteBuffer
    private let requestBytes: Int

    /// Adds the decoder to the channel's pipeline.
    init(channel: any Channel, target: BenchmarkTarget, depth: Int) throws {
        decoder = HTTPResponseDecoder()
        let handler = ByteToMessageHandler(decoder)
        try channel.pipeline.syncOperations.addHandler(handler)
        context = try channel.pipeline.syncOperations.context(handler: handler)
        head = HTTPRequestHead(version: .http1_1, method: .GET, uri: target.path)
        let request = target.request
        requests = ByteBuffer(string: String(repeating: request, count: depth))
        requestBytes = request.utf8.count
    }

    func send(_ count: Int) {
        for _ in 0..<count { decoder.write(data: .head(head)) }
        guard let bytes = requests.getSlice(at: 0, length: count * requestBytes) else {
            preconditionFailure("no more requests are sent at once than may be in flight")
        }
        context.writeAndFlush(NIOAny(bytes), promise: nil)
    }

    func close() {
        context.close(promise: nil)
    }
}
