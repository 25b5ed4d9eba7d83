/// Finds the ends of lines in bytes that come in parts, without looking at a byte twice.
struct LineScan: Sendable {
    /// The number of bytes, from the start of the line, that are known to have no line feed.
    private var seen = 0

    /// True where nothing is known of the line.
    var isAtStart: Bool { seen == 0 }

    /// The end of the line that begins at an offset.
    enum Finding: Equatable {
        /// The line is not whole.
        case incomplete
        /// The offset of the line feed.
        case end(Int)
        /// There is no line feed within the limit.
        case tooLong
    }

    /// - Parameter limit: the maximum length of the line without its end, in bytes.
    mutating func lineFeed(in bytes: UnsafeRawBufferPointer, from start: Int, limit: Int) -> Finding {
        let bound = min(bytes.count, start + limit + 2)
        var index = start + seen
        while index < bound {
            if bytes[index] == 0x0a {
                seen = 0
                return .end(index)
            }
            index += 1
        }
        seen = max(seen, bound - start)
        return bytes.count >= start + limit + 2 ? .tooLong : .incomplete
    }
}
