import NIOCore

/// The header of a frame of HTTP/2 (RFC 9113, section 4.1).
struct FrameHeader: Hashable, Sendable {
    /// The types of frames that are of interest before HTTP/2 reads them.
    enum Kind: UInt8 {
        case data = 0
        case headers = 1
        case priority = 2
        case reset = 3
        case settings = 4
        case ping = 6
        case goAway = 7
        case windowUpdate = 8
        case continuation = 9
    }

    static let length = 9
    static let endStream: UInt8 = 1
    static let ack: UInt8 = 1
    static let endHeaders: UInt8 = 4

    /// The length of the payload, in bytes.
    var payload: Int
    var type: UInt8
    var flags: UInt8
    var stream: UInt32

    var kind: Kind? { Kind(rawValue: type) }

    init(_ kind: Kind, flags: UInt8 = 0, stream: UInt32, payload: Int) {
        (self.payload, type, self.flags, self.stream) = (payload, kind.rawValue, flags, stream)
    }

    /// Reads the header that begins at an index; the bytes are there.
    init(_ bytes: UnsafeRawBufferPointer, at index: Int) {
        payload = Int(bytes[index]) << 16 | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2])
        type = bytes[index + 3]
        flags = bytes[index + 4]
        let word = bytes.loadUnaligned(fromByteOffset: index + 5, as: UInt32.self)
        stream = UInt32(bigEndian: word) & 0x7fff_ffff
    }
}

extension ByteBuffer {
    mutating func writeFrameHeader(_ header: FrameHeader) {
        writeMultipleIntegers(
            UInt8(truncatingIfNeeded: header.payload >> 16), UInt16(truncatingIfNeeded: header.payload), header.type,
            header.flags, header.stream)
    }

    /// Writes a WINDOW_UPDATE for the connection.
    mutating func writeWindowUpdate(_ increment: Int) {
        writeFrameHeader(FrameHeader(.windowUpdate, stream: 0, payload: 4))
        writeInteger(UInt32(increment))
    }

    /// Writes the answer to a PING.
    mutating func writePingAnswer(_ data: UnsafeRawBufferPointer) {
        writeFrameHeader(FrameHeader(.ping, flags: FrameHeader.ack, stream: 0, payload: data.count))
        writeBytes(data)
    }

    /// Writes the end of the connection.
    mutating func writeGoAway(lastStream: UInt32, code: UInt32) {
        writeFrameHeader(FrameHeader(.goAway, stream: 0, payload: 8))
        writeMultipleIntegers(lastStream, code)
    }
}
