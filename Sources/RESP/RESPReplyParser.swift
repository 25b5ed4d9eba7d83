package import NIOCore

/// Reads replies of both versions from bytes that come in parts. It does no I/O.
///
/// An array whose length is announced takes memory as its elements come, and a bulk string once it is whole in the
/// caller's buffer.
package struct RESPReplyParser: Sendable {
    private enum Aggregate: Sendable {
        case array, map, set, push
        /// Remarks on the value that follows: they are read and dropped.
        case attribute
    }

    /// An array, or another aggregate, that is not complete.
    private struct Frame: Sendable {
        var kind: Aggregate
        /// The number of elements that are still to come, of a map twice the number of its entries.
        var missing: Int
        var elements: [RESPValue] = []
    }

    private enum Element {
        case value(RESPValue)
        case aggregate(Aggregate, count: Int)
    }

    private let limits: RESPLimits
    private var frames: [Frame] = []
    private var scan = LineScan()
    /// The number of values of the reply so far.
    private var values = 0

    package init(limits: RESPLimits = RESPLimits(bulkBytes: 16 << 20, arrayLength: 1 << 20)) {
        self.limits = limits
    }

    /// Takes the next reply from the buffer.
    /// - Returns: nil until more bytes come.
    /// - Throws: an error after which the rest of the bytes means nothing.
    package mutating func next(from buffer: inout ByteBuffer) throws(RESPProtocolError) -> RESPValue? {
        while let element = try element(from: &buffer) {
            values += 1
            guard values <= limits.values else { throw .tooManyValues(limit: limits.values) }
            let value: RESPValue?
            switch element {
            case .value(let whole): value = whole
            case .aggregate(let kind, let count): value = try open(kind, count: count)
            }
            if let value, let reply = close(value) {
                values = 0
                return reply
            }
        }
        return nil
    }

    /// Begins an aggregate.
    /// - Returns: the value where it has no elements.
    private mutating func open(_ kind: Aggregate, count: Int) throws(RESPProtocolError) -> RESPValue? {
        guard count > 0 else { return Self.value(of: Frame(kind: kind, missing: 0)) }
        guard frames.count < limits.nesting else { throw .nestedTooDeep(limit: limits.nesting) }
        frames.append(Frame(kind: kind, missing: count))
        return nil
    }

    /// Puts a value in its place.
    /// - Returns: the reply where that is complete.
    private mutating func close(_ value: RESPValue) -> RESPValue? {
        var value = value
        while let index = frames.indices.last {
            frames[index].elements.append(value)
            frames[index].missing -= 1
            guard frames[index].missing == 0 else { return nil }
            guard let whole = Self.value(of: frames.removeLast()) else { return nil }
            value = whole
        }
        return value
    }

    /// The value of a complete aggregate; nil for one that is dropped.
    private static func value(of frame: Frame) -> RESPValue? {
        switch frame.kind {
        case .array: .array(frame.elements)
        case .set: .set(frame.elements)
        case .push: .push(frame.elements)
        case .attribute: nil
        case .map:
            .map(
                stride(from: 0, to: frame.elements.count - 1, by: 2).map {
                    RESPValue.Pair(frame.elements[$0], frame.elements[$0 + 1])
                })
        }
    }

    // MARK: Elements

    private mutating func element(from buffer: inout ByteBuffer) throws(RESPProtocolError) -> Element? {
        let finding = buffer.withUnsafeReadableBytes { scan.lineFeed(in: $0, from: 0, limit: limits.lineBytes) }
        let end: Int
        switch finding {
        case .incomplete: return nil
        case .tooLong: throw .lineTooLong(limit: limits.lineBytes)
        case .end(let index): end = index
        }
        let start = buffer.readerIndex
        guard end >= 2, buffer.getInteger(at: start + end - 1, as: UInt8.self) == 0x0d,
            let type = buffer.getInteger(at: start, as: UInt8.self),
            let text = buffer.getString(at: start + 1, length: end - 2)
        else { throw .missingLineEnd }
        switch type {
        case UInt8(ascii: "$"), UInt8(ascii: "!"), UInt8(ascii: "="):
            return try bulk(type, text, behind: end + 1, &buffer)
        case UInt8(ascii: "*"), UInt8(ascii: "%"), UInt8(ascii: "~"), UInt8(ascii: ">"), UInt8(ascii: "|"):
            let element = try aggregate(type, text)
            buffer.moveReaderIndex(forwardBy: end + 1)
            return element
        default:
            let value = try scalar(type, text)
            buffer.moveReaderIndex(forwardBy: end + 1)
            return .value(value)
        }
    }

    private func scalar(_ type: UInt8, _ text: String) throws(RESPProtocolError) -> RESPValue {
        switch type {
        case UInt8(ascii: "+"): return .simple(text)
        case UInt8(ascii: "-"): return .error(text)
        case UInt8(ascii: ":"):
            guard let number = Self.number(text) else { throw .malformedValue }
            return .integer(number)
        case UInt8(ascii: "_"):
            guard text.isEmpty else { throw .malformedValue }
            return .null
        case UInt8(ascii: "#"):
            guard text == "t" || text == "f" else { throw .malformedValue }
            return .boolean(text == "t")
        case UInt8(ascii: ","):
            guard let number = Double(text) else { throw .malformedValue }
            return .double(number)
        case UInt8(ascii: "("):
            let digits = text.hasPrefix("-") ? text.dropFirst() : Substring(text)
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw .malformedValue
            }
            return .bigNumber(text)
        default: throw .unknownType(type)
        }
    }

    private func aggregate(_ type: UInt8, _ text: String) throws(RESPProtocolError) -> Element {
        guard let count = Self.number(text), (-1...Int64(limits.arrayLength)).contains(count) else {
            throw .invalidArrayLength(limit: limits.arrayLength)
        }
        switch type {
        case UInt8(ascii: "*"): return count < 0 ? .value(.null) : .aggregate(.array, count: Int(count))
        case _ where count < 0: throw .invalidArrayLength(limit: limits.arrayLength)
        case UInt8(ascii: "%"): return .aggregate(.map, count: Int(count) * 2)
        case UInt8(ascii: "~"): return .aggregate(.set, count: Int(count))
        case UInt8(ascii: ">"): return .aggregate(.push, count: Int(count))
        default: return .aggregate(.attribute, count: Int(count) * 2)
        }
    }

    /// A string with its length before it: nil until it is whole, when it leaves the buffer with its first line.
    private func bulk(
        _ type: UInt8, _ text: String, behind start: Int, _ buffer: inout ByteBuffer
    ) throws(RESPProtocolError) -> Element? {
        guard let length = Self.number(text), (-1...Int64(limits.bulkBytes)).contains(length) else {
            throw .invalidBulkLength(limit: limits.bulkBytes)
        }
        guard length >= 0 else {
            guard type == UInt8(ascii: "$") else { throw .invalidBulkLength(limit: limits.bulkBytes) }
            buffer.moveReaderIndex(forwardBy: start)
            return .value(.null)
        }
        guard buffer.readableBytes >= start + Int(length) + 2 else { return nil }
        buffer.moveReaderIndex(forwardBy: start)
        guard var bytes = buffer.readSlice(length: Int(length)), buffer.readInteger(as: UInt16.self) == 0x0d0a else {
            throw .missingLineEnd
        }
        switch type {
        case UInt8(ascii: "!"): return .value(.error(String(buffer: bytes)))
        case UInt8(ascii: "="):
            guard let format = bytes.readString(length: 3), bytes.readInteger(as: UInt8.self) == UInt8(ascii: ":")
            else { throw .malformedValue }
            return .value(.verbatim(format: format, bytes))
        default: return .value(.bulk(bytes))
        }
    }

    private static func number(_ text: String) -> Int64? {
        var text = text
        return text.withUTF8 { bytes in
            let raw = UnsafeRawBufferPointer(bytes)
            return ASCIINumber.read(raw[raw.startIndex..<raw.endIndex])
        }
    }
}
