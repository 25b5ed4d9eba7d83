import GRPCCore
import NIOCore
import NIOHPACK
import NIOHTTP2

/// From handlers' answers to frames.
extension CallConnectionHandler {
    /// Bytes of answers that are handed to HTTP/2 in one piece: so often it is noted that the client takes them.
    private static let piece = 32 << 10

    /// Writes what a handler has written.
    func flush(_ stream: HTTP2StreamID) {
        guard case .open(let record) = entries[stream] else { return }
        var data = ByteBuffer()
        for part in record.call.flush() {
            switch part {
            case .metadata(let metadata):
                record.hasSentHead = true
                write(.headers(.init(headers: .head(metadata))), on: stream)
            case .message(let message):
                answered(record)
                data.writePrefixed { $0.writeImmutableBuffer(message.buffer) }
            case .status(let status, let metadata):
                write(data, record)
                data = ByteBuffer()
                finish(record, .trailers(status, metadata, isAlone: !record.hasSentHead))
            }
        }
        write(data, record)
        flushOutsideOfRead()
        pump(record)
    }

    private func write(_ data: ByteBuffer, _ record: CallRecord) {
        guard let context else { return }
        var rest = data
        while rest.readableBytes > 0, let piece = rest.readSlice(length: min(Self.piece, rest.readableBytes)) {
            let bytes = piece.readableBytes
            reserve(bytes, record)
            let promise = context.eventLoop.makePromise(of: Void.self)
            promise.futureResult.assumeIsolated().whenComplete { [weak self] _ in self?.sent(bytes, record) }
            write(.data(.init(data: .byteBuffer(piece))), on: record.call.id, promise: promise)
        }
    }

    /// The client's side of the network has taken a piece.
    private func sent(_ bytes: Int, _ record: CallRecord) {
        lastProgress = .now()
        guard !record.isEnded else { return }
        release(bytes, record)
        record.call.sent(bytes)
        pump(record)
        pumpWaiting()
        flushOutsideOfRead()
    }

    /// Writes the end of an answer.
    private func finish(_ record: CallRecord, _ trailers: HPACKHeaders) {
        guard !record.hasSentStatus else { return }
        record.hasSentStatus = true
        held -= record.deframer.readableBytes
        record.deframer = MessageDeframer(limit: limits.message)
        let stream = record.call.id
        let end = HTTP2Frame.FramePayload.headers(.init(headers: trailers, endStream: true))
        guard !record.isInputEnded, let context else { return write(end, on: stream) }
        // The client has not ended its side: nothing more of it is wanted, once it has the answer.
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenSuccess { [weak self] in
            guard let self, entries[stream] != nil else { return }
            reset(stream, .noError)
            flushOutsideOfRead()
        }
        write(end, on: stream, promise: promise)
    }

    /// Ends a call with an error of the transport's.
    func fail(_ record: CallRecord, _ refusal: CallHead.Refusal) {
        guard !record.isEnded, !record.hasSentStatus else { return }
        finish(record, .answer(to: refusal, isAlone: !record.hasSentHead))
        flushOutsideOfRead()
        record.call.end(RPCError(code: .cancelled, message: "the call is over"))
    }

    /// Answers headers that begin no call.
    func refuse(_ stream: HTTP2StreamID, _ refusal: CallHead.Refusal, isInputEnded: Bool) {
        write(.headers(.init(headers: .answer(to: refusal, isAlone: true), endStream: true)), on: stream)
        if !isInputEnded { reset(stream, .noError) }
    }

    func reset(_ stream: HTTP2StreamID, _ code: HTTP2ErrorCode) {
        write(.rstStream(code), on: stream)
    }

    /// A handler has returned.
    func handlerEnded(_ stream: HTTP2StreamID) {
        flush(stream)
        guard case .open(let record) = entries[stream], !record.hasSentStatus else { return }
        fail(record, .status(.internalError, "the call's handler ended without a status"))
    }

    /// Lets go of all that a call holds.
    func end(_ record: CallRecord, _ error: RPCError) {
        guard !record.isEnded else { return }
        record.isEnded = true
        record.deadline?.cancel()
        returnPlace(record)
        release(record.reserved, record)
        held -= record.deframer.readableBytes
        record.deframer = MessageDeframer(limit: limits.message)
        record.call.end(error)
        if !state.isClosed {
            giveBackConnectionWindow()
            pumpWaiting()
        }
    }
}
