import GRPCCore
import NIOCore

/// Takes the messages out of the bytes of one call. Each has a prefix of five bytes: compression and length.
struct MessageDeframer: Sendable {
    static let prefixLength = 5

    private let limit: Int
    private var buffer = ByteBuffer()

    /// - Parameter limit: the largest message in bytes.
    init(limit: Int) {
        self.limit = limit
    }

    /// Bytes that belong to messages not taken yet.
    var readableBytes: Int { buffer.readableBytes }

    mutating func append(_ bytes: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            buffer.discardReadBytes()
            buffer.writeImmutableBuffer(bytes)
        }
    }

    /// The next message, left in place; nil where a part of it is missing.
    /// - Throws: the refusal of a message that is compressed or too large.
    func peek() throws(CallHead.Refusal) -> ByteBuffer? {
        let start = buffer.readerIndex
        guard let compression = buffer.getInteger(at: start, as: UInt8.self),
            let length = buffer.getInteger(at: start + 1, as: UInt32.self)
        else { return nil }
        guard compression == 0 else {
            throw .status(.internalError, "a compressed message on a call without compression")
        }
        guard Int(length) <= limit else {
            throw .status(.resourceExhausted, "message of \(length) bytes; send at most \(limit)")
        }
        return buffer.getSlice(at: start + Self.prefixLength, length: Int(length))
    }

    /// Takes the message that ``peek()`` showed.
    mutating func skip(_ message: ByteBuffer) {
        buffer.moveReaderIndex(forwardBy: Self.prefixLength + message.readableBytes)
    }
}
