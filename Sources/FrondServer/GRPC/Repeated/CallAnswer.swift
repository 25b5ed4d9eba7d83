import NIOCore

/// The frames of an answer to a unary call: headers, one message, trailers.
///
/// All fields are of HPACK's static table or literals that are not put into a table, so the encoder behind knows as
/// much of the client's table as before.
enum CallAnswer {
    /// `:status: 200` and `content-type: application/grpc`.
    private static let head: [UInt8] = [0x88, 0x0f, 0x10, 16] + Array("application/grpc".utf8)
    /// `grpc-status: 0`.
    private static let trailers: [UInt8] = [0, 11] + Array("grpc-status".utf8) + [1] + Array("0".utf8)

    /// Writes the answer of a source.
    /// - Returns: the bytes of the message with its prefix; nil where it cannot be had at once, and nothing is written.
    static func write(_ source: LaneSource, on stream: UInt32, to output: inout ByteBuffer) -> Int? {
        let start = output.writerIndex
        output.writeFrameHeader(
            FrameHeader(.headers, flags: FrameHeader.endHeaders, stream: stream, payload: head.count))
        output.writeBytes(head)
        let dataStart = output.writerIndex
        output.writeFrameHeader(FrameHeader(.data, stream: stream, payload: 0))
        let messageStart = output.writerIndex
        guard source.writeAnswer(to: &output) else {
            output.moveWriterIndex(to: start)
            return nil
        }
        let length = output.writerIndex - messageStart
        // The two lower bytes of the length: no answer is longer.
        output.setInteger(UInt16(length), at: dataStart + 1)
        output.writeFrameHeader(
            FrameHeader(
                .headers, flags: FrameHeader.endHeaders | FrameHeader.endStream, stream: stream, payload: trailers.count
            ))
        output.writeBytes(trailers)
        return length
    }
}
