import NIOCore

/// Takes the PINGs out of the bytes that a client sends by HTTP/2. A value without I/O.
///
/// NIO's HTTP/2 takes more than 200 PINGs within 30 seconds for an attack and closes the connection, and gRPC's server
/// closes it after three that come faster than every five minutes. Usual clients send more: that of Go measures the
/// connection with a PING for nearly every answer. So they are answered here.
///
/// The frames are those of RFC 9113, sections 3.4, 4.1 and 6.7.
struct PingFilter {
    private enum State {
        /// The number of bytes that are missing of the client's preface.
        case preface(Int)
        case frameHeader
        /// Bytes of the frame that are to come.
        case payload(Int)
    }

    private static let prefaceLength = 24
    private static let frameHeaderLength = 9
    private static let pingLength = 8
    private static let pingType: UInt8 = 6
    private static let ackFlag: UInt8 = 1

    private var state = State.preface(prefaceLength)
    /// The beginning of a frame that may be a PING.
    private var held = ByteBuffer()

    /// True if the whole length of HTTP/2's preface has come.
    var hasBegun: Bool {
        if case .preface = state { false } else { true }
    }

    /// Takes what has come.
    /// - Parameter answers: called for each PING with its eight bytes; whether it is answered, and is to be taken out.
    /// - Returns: the rest, in order; empty where it may belong to a PING that has not come in full.
    mutating func take(_ bytes: ByteBuffer, answering answers: (UInt64) -> Bool) -> ByteBuffer {
        var input = bytes
        if held.readableBytes > 0 {
            input = held
            input.writeImmutableBuffer(bytes)
            held.clear()
        }
        var output: ByteBuffer?
        let whole = input
        // What is passed on, up to the reader index.
        var begin = input.readerIndex
        while input.readableBytes > 0 {
            switch state {
            case .preface(let missing):
                let taken = min(missing, input.readableBytes)
                input.moveReaderIndex(forwardBy: taken)
                state = taken == missing ? .frameHeader : .preface(missing - taken)
            case .payload(let missing):
                let taken = min(missing, input.readableBytes)
                input.moveReaderIndex(forwardBy: taken)
                state = taken == missing ? .frameHeader : .payload(missing - taken)
            case .frameHeader:
                guard let length = frameLength(in: input) else {
                    // Too short to be told.
                    held = input.slice()
                    return joined(output, whole, begin..<input.readerIndex)
                }
                if let data = ping(in: input), answers(data) {
                    output = joined(output, whole, begin..<input.readerIndex)
                    input.moveReaderIndex(forwardBy: Self.frameHeaderLength + Self.pingLength)
                    begin = input.readerIndex
                } else {
                    input.moveReaderIndex(forwardBy: Self.frameHeaderLength)
                    state = length == 0 ? .frameHeader : .payload(length)
                }
            }
        }
        return joined(output, whole, begin..<input.readerIndex)
    }

    private func joined(_ output: ByteBuffer?, _ whole: ByteBuffer, _ range: Range<Int>) -> ByteBuffer {
        let rest = whole.getSlice(at: range.lowerBound, length: range.count) ?? ByteBuffer()
        guard var output else { return rest }
        output.writeImmutableBuffer(rest)
        return output
    }

    /// The length of the payload of the frame that begins here; nil where that cannot be told yet, or where it may be a
    /// PING of which a part is missing.
    private func frameLength(in input: ByteBuffer) -> Int? {
        let at = input.readerIndex
        guard input.readableBytes >= Self.frameHeaderLength,
            let high = input.getInteger(at: at, as: UInt16.self),
            let low = input.getInteger(at: at + 2, as: UInt8.self),
            let type = input.getInteger(at: at + 3, as: UInt8.self)
        else { return nil }
        let length = Int(high) << 8 | Int(low)
        if type == Self.pingType, length == Self.pingLength,
            input.readableBytes < Self.frameHeaderLength + Self.pingLength
        {
            return nil
        }
        return length
    }

    /// The data of the PING that begins here; nil where it is another frame, or an answer to a PING of ours.
    private func ping(in input: ByteBuffer) -> UInt64? {
        let at = input.readerIndex
        guard input.getInteger(at: at, as: UInt16.self) == 0,
            input.getInteger(at: at + 2, as: UInt8.self) == UInt8(Self.pingLength),
            input.getInteger(at: at + 3, as: UInt8.self) == Self.pingType,
            let flags = input.getInteger(at: at + 4, as: UInt8.self), flags & Self.ackFlag == 0,
            input.getInteger(at: at + 5, as: UInt32.self) == 0
        else { return nil }
        return input.getInteger(at: at + Self.frameHeaderLength, as: UInt64.self)
    }

    /// The answer to a PING.
    static func answer(to data: UInt64, _ allocator: ByteBufferAllocator) -> ByteBuffer {
        var frame = allocator.buffer(capacity: frameHeaderLength + pingLength)
        frame.writeInteger(UInt16(0))
        frame.writeInteger(UInt8(pingLength))
        frame.writeInteger(pingType)
        frame.writeInteger(ackFlag)
        frame.writeInteger(UInt32(0))
        frame.writeInteger(data)
        return frame
    }
}
