package import NIOCore

/// Reads requests from bytes that come in parts: arrays of bulk strings, and inline commands as Redis takes them.
///
/// The bytes of a request stay in the caller's buffer until it is whole, so that a length that is only announced takes
/// no memory; the parser remembers how far it has read. It does no I/O.
package struct RESPRequestParser: Sendable {
    private let limits: RESPLimits
    /// The offset, from the start of the request, up to which it was read.
    private var position = 0
    /// The number of arguments that are still to come; 0 between requests.
    private var missing = 0
    /// The offsets of the arguments so far.
    private var arguments: [Range<Int>] = []
    private var scan = LineScan()

    /// The progress with some bytes.
    private enum Step {
        /// More bytes are needed.
        case incomplete
        /// The first bytes, so many, ask for nothing.
        case skip(Int)
        /// An inline command, and its length with the end of the line.
        case inline([[UInt8]], Int)
        /// All arguments are there, in the first bytes up to ``position``.
        case whole
        case failed(RESPProtocolError)
    }

    package init(limits: RESPLimits = RESPLimits()) {
        self.limits = limits
    }

    /// True where nothing is known of the bytes that come next: they begin a request.
    package var isBetweenRequests: Bool { missing == 0 && scan.isAtStart }

    /// Takes the next request from the buffer: its arguments, at least one.
    /// - Returns: nil until more bytes come.
    /// - Throws: an error after which the rest of the bytes means nothing.
    package mutating func next(from buffer: inout ByteBuffer) throws(RESPProtocolError) -> [ByteBuffer]? {
        while buffer.readableBytes > 0 {
            switch buffer.withUnsafeReadableBytes({ advance($0) }) {
            case .incomplete: return nil
            case .skip(let length): buffer.moveReaderIndex(forwardBy: length)
            case .inline(let words, let length):
                buffer.moveReaderIndex(forwardBy: length)
                return words.map { ByteBuffer(bytes: $0) }
            case .whole: return take(from: &buffer)
            case .failed(let error): throw error
            }
        }
        return nil
    }

    private mutating func take(from buffer: inout ByteBuffer) -> [ByteBuffer] {
        let start = buffer.readerIndex
        let request = arguments.compactMap { buffer.getSlice(at: start + $0.lowerBound, length: $0.count) }
        buffer.moveReaderIndex(forwardBy: position)
        position = 0
        arguments.removeAll(keepingCapacity: true)
        return request
    }

    private mutating func advance(_ bytes: UnsafeRawBufferPointer) -> Step {
        if missing == 0 {
            guard bytes[0] == UInt8(ascii: "*") else { return inline(bytes) }
            switch length(bytes, from: 0) {
            case .incomplete: return .incomplete
            case .malformed: return .failed(.invalidArrayLength(limit: limits.arrayLength))
            case .missingEnd: return .failed(.missingLineEnd)
            case .number(let count, let end):
                // As Redis does: an empty array and a null ask for nothing.
                guard count > 0 else { return .skip(end) }
                guard count <= limits.arrayLength else {
                    return .failed(.invalidArrayLength(limit: limits.arrayLength))
                }
                missing = Int(count)
                position = end
            }
        }
        while missing > 0 {
            if let step = argument(bytes) { return step }
        }
        return .whole
    }

    /// Reads one argument; nil where that was possible.
    private mutating func argument(_ bytes: UnsafeRawBufferPointer) -> Step? {
        guard position < bytes.count else { return .incomplete }
        guard bytes[position] == UInt8(ascii: "$") else { return .failed(.expectedBulk(found: bytes[position])) }
        switch length(bytes, from: position) {
        case .incomplete: return .incomplete
        case .malformed: return .failed(.invalidBulkLength(limit: limits.bulkBytes))
        case .missingEnd: return .failed(.missingLineEnd)
        case .number(let length, let start):
            guard (0...Int64(limits.bulkBytes)).contains(length) else {
                return .failed(.invalidBulkLength(limit: limits.bulkBytes))
            }
            let end = start + Int(length)
            guard end + 2 <= limits.requestBytes else { return .failed(.requestTooLong(limit: limits.requestBytes)) }
            guard end + 2 <= bytes.count else { return .incomplete }
            guard bytes[end] == 0x0d, bytes[end + 1] == 0x0a else { return .failed(.missingLineEnd) }
            arguments.append(start..<end)
            position = end + 2
            missing -= 1
            return nil
        }
    }

    private enum Length {
        case incomplete, malformed, missingEnd
        /// A number, and the offset behind the end of its line.
        case number(Int64, Int)
    }

    /// Reads the number behind the type at an offset. The line is short, so that it is read anew with each part.
    private func length(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Length {
        var index = start + 1
        let bound = min(bytes.count, start + RESPLimits.headerBytes)
        while index < bound, bytes[index] != 0x0d, bytes[index] != 0x0a { index += 1 }
        guard index < bound else { return bound < bytes.count ? .malformed : .incomplete }
        guard bytes[index] == 0x0d else { return .missingEnd }
        guard index + 1 < bytes.count else { return .incomplete }
        guard bytes[index + 1] == 0x0a else { return .missingEnd }
        guard let number = ASCIINumber.read(bytes[(start + 1)..<index]) else { return .malformed }
        return .number(number, index + 2)
    }

    private mutating func inline(_ bytes: UnsafeRawBufferPointer) -> Step {
        switch scan.lineFeed(in: bytes, from: 0, limit: limits.lineBytes) {
        case .incomplete: return .incomplete
        case .tooLong: return .failed(.lineTooLong(limit: limits.lineBytes))
        case .end(let end):
            let line = bytes[..<(end > 0 && bytes[end - 1] == 0x0d ? end - 1 : end)]
            guard let words = InlineWords.split(line) else { return .failed(.unbalancedQuotes) }
            guard words.count <= limits.arrayLength else {
                return .failed(.invalidArrayLength(limit: limits.arrayLength))
            }
            return words.isEmpty ? .skip(end + 1) : .inline(words, end + 1)
        }
    }
}
