import NIOCore
import NIOHTTP1

/// NIO's request decoder, which goes on behind a request to change the protocol.
///
/// NIO's decoder stops there, since another protocol would follow. The wish is ignored here (RFC 9110, section 7.8), as
/// for `Upgrade: h2c` of Java's HttpClient, so a new decoder takes the bytes that follow.
final class RequestDecoder: ByteToMessageDecoder {
    typealias InboundOut = HTTPServerRequestPart

    /// The decoder takes no longer URI, header field, or list of header fields, in bytes.
    private static let headLimit = RequestLineWatch.limit
    private static let fieldCountLimit = 1000

    private var decoder = RequestDecoder.makeDecoder()
    /// Behind the decoder: knows the parts of requests so far.
    private let decoded: FastLaneHandler
    /// The last bytes that the decoder took, for each of them eight bits.
    private var lastBytes: UInt32 = 0

    init(decoded: FastLaneHandler) {
        self.decoded = decoded
    }

    /// True where NIO's decoder may stop behind a request.
    static func stops(behind head: HTTPRequestHead) -> Bool {
        head.headers.contains(name: "upgrade")
    }

    /// True where no request is taken after this one: the end of its body cannot be told from outside the decoder.
    static func endsAfter(_ head: HTTPRequestHead) -> Bool {
        guard stops(behind: head) else { return false }
        return head.headers.contains(name: "transfer-encoding")
            || head.headers[canonicalForm: "content-length"].contains { $0 != "0" }
    }

    private static func makeDecoder() -> HTTPRequestDecoder {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = headLimit
        limits.maxHeaderListSize = headLimit
        limits.maxHeaderFieldCount = fieldCountLimit
        return HTTPRequestDecoder(limitConfiguration: limits)
    }

    func decoderAdded(context: ChannelHandlerContext) {
        decoder.decoderAdded(context: context)
    }

    func decoderRemoved(context: ChannelHandlerContext) {
        decoder.decoderRemoved(context: context)
    }

    func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        let before = buffer
        let state = try decoder.decode(context: context, buffer: &buffer)
        note(before.readableBytesView.prefix(before.readableBytes - buffer.readableBytes))
        guard decoded.progress.isUpgrade, decoded.progress.isBetweenRequests, hasTakenEmptyLine else { return state }
        // Nothing behind the request was taken, so a new decoder loses nothing, even where this one has not stopped.
        decoder.decoderRemoved(context: context)
        decoder = Self.makeDecoder()
        decoder.decoderAdded(context: context)
        return buffer.readableBytes > 0 && buffer.readableBytes < before.readableBytes ? .continue : state
    }

    func decodeLast(context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool) throws -> DecodingState {
        while buffer.readableBytes > 0, case .continue = try decode(context: context, buffer: &buffer) {}
        return try decoder.decodeLast(context: context, buffer: &buffer, seenEOF: seenEOF)
    }

    private func note(_ bytes: ByteBufferView) {
        for byte in bytes.suffix(4) { lastBytes = lastBytes << 8 | UInt32(byte) }
    }

    /// True where the last bytes are an empty line, behind whichever ending of the line before.
    private var hasTakenEmptyLine: Bool {
        lastBytes & 0xff_ffff == 0x0a_0d0a || lastBytes & 0xffff == 0x0a0a
    }
}
