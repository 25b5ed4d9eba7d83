import NIOCore

/// Tells an overlong URI from overlong headers, where the HTTP decoder only says that it stopped at its limit.
struct RequestLineWatch {
    /// The decoder takes no longer URI.
    static let limit = 80 << 10
    /// Longer than any method and its space.
    private static let keptLength = 32

    /// True where the last bytes were part of a request line beyond the limit.
    private(set) var isOverlong = false
    /// The length of the unfinished line, and its beginning.
    private var length = 0
    private var start: [UInt8] = []

    mutating func take(_ bytes: ByteBufferView) {
        isOverlong = length + bytes.count > Self.limit && hasOverlongLine(bytes)
        var line = bytes
        if let lineEnd = bytes.lastIndex(of: UInt8(ascii: "\n")) {
            length = 0
            start.removeAll(keepingCapacity: true)
            line = bytes[bytes.index(after: lineEnd)...]
        }
        length += line.count
        start += line.prefix(Self.keptLength - start.count)
    }

    private func hasOverlongLine(_ bytes: ByteBufferView) -> Bool {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return lines.enumerated().contains { index, line in
            let before = index == 0 ? (length, start) : (0, [])
            return before.0 + line.count > Self.limit && Self.isRequestLine(before.1 + line.prefix(Self.keptLength))
        }
    }

    /// Returns true for a line that begins like `GET /`: no header does, since its name ends with a colon.
    private static func isRequestLine(_ line: [UInt8]) -> Bool {
        guard let space = line.firstIndex(of: UInt8(ascii: " ")), space > 0 else { return false }
        return line[..<space].allSatisfy {
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || $0 == UInt8(ascii: "-")
        }
    }
}
