/// A place in an ``IDLog``, with the entry that stands there.
struct IDLogCursor: Sendable {
    /// The index of the log; the cursor does not hold the log itself.
    let log: Int
    /// The first ID of the entry.
    private(set) var first: UInt128 = 0
    /// One past its last.
    private(set) var end: UInt128 = 0
    private var chunk = 0
    private var offset = 0

    /// Before the first entry.
    init(log: Int) {
        self.log = log
    }

    /// Goes on to the next entry; false at the end.
    mutating func advance(in logs: [IDLog]) -> Bool {
        guard chunk < logs[log].chunks.count else { return false }
        logs[log].chunks[chunk].withUnsafeBufferPointer { bytes in
            let header = readNumber(bytes)
            var count: UInt64 = 1
            if header == UInt64(IDLog.absolute) {
                first = 0
                for byte in 0..<16 { first |= UInt128(bytes[offset + byte]) << UInt128(byte * 8) }
                offset += 16
                count = readNumber(bytes)
            } else {
                first = end + UInt128(header >> 2)
                if header & 2 != 0 { count = readNumber(bytes) }
            }
            end = first &+ UInt128(count)
            if offset == bytes.count {
                chunk += 1
                offset = 0
            }
        }
        return true
    }

    private mutating func readNumber(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = bytes[offset]
            offset += 1
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return number }
            shift += 7
        }
    }
}
