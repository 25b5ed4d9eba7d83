package import NIOCore

/// The writing of replies and requests.
extension ByteBuffer {
    /// The room for a type, a number and the end of the line.
    private static var numberLine: Int { 1 + ASCIINumber.longest + 2 }

    /// Writes a simple string. Line ends within it become spaces.
    package mutating func writeRESPSimple(_ text: String) { writeRESPLine("+", text) }

    /// Writes an error: a code word and a text. Line ends within it become spaces.
    package mutating func writeRESPError(_ text: String) { writeRESPLine("-", text) }

    private mutating func writeRESPLine(_ type: Unicode.Scalar, _ text: String) {
        writeInteger(UInt8(ascii: type))
        if text.utf8.contains(where: { $0 == 0x0a || $0 == 0x0d }) {
            writeBytes(text.utf8.map { $0 == 0x0a || $0 == 0x0d ? 0x20 : $0 })
        } else {
            writeString(text)
        }
        writeStaticString("\r\n")
    }

    /// Writes an integer.
    @inline(__always)
    package mutating func writeRESPInteger(_ number: Int64) { writeNumberLine(UInt8(ascii: ":"), number) }

    /// Writes the beginning of an array; its elements follow.
    package mutating func writeRESPArrayHeader(count: Int) { writeNumberLine(UInt8(ascii: "*"), Int64(count)) }

    /// Writes the beginning of a map; keys and values follow in turn.
    package mutating func writeRESPMapHeader(count: Int, _ version: RESPVersion) {
        switch version {
        case .two: writeNumberLine(UInt8(ascii: "*"), Int64(count) * 2)
        case .three: writeNumberLine(UInt8(ascii: "%"), Int64(count))
        }
    }

    @inline(__always)
    private mutating func writeNumberLine(_ type: UInt8, _ number: Int64) {
        writeWithUnsafeMutableBytes(minimumWritableBytes: Self.numberLine) { bytes in
            let length = ASCIINumber.length(of: number)
            bytes[0] = type
            ASCIINumber.write(number, length: length, to: bytes, at: 1)
            bytes[length + 1] = 0x0d
            bytes[length + 2] = 0x0a
            return length + 3
        }
    }

    /// Writes a bulk string.
    package mutating func writeRESPBulk(_ text: String) {
        writeNumberLine(UInt8(ascii: "$"), Int64(text.utf8.count))
        writeString(text)
        writeStaticString("\r\n")
    }

    /// Writes a bulk string.
    package mutating func writeRESPBulk(_ bytes: ByteBuffer) {
        writeNumberLine(UInt8(ascii: "$"), Int64(bytes.readableBytes))
        writeImmutableBuffer(bytes)
        writeStaticString("\r\n")
    }

    /// Writes a number in decimal as a bulk string.
    package mutating func writeRESPBulk(_ number: Int64) {
        let length = ASCIINumber.length(of: number)
        writeNumberLine(UInt8(ascii: "$"), Int64(length))
        writeWithUnsafeMutableBytes(minimumWritableBytes: Self.numberLine) { bytes in
            ASCIINumber.write(number, length: length, to: bytes, at: 0)
            bytes[length] = 0x0d
            bytes[length + 1] = 0x0a
            return length + 2
        }
    }

    /// Writes null.
    package mutating func writeRESPNull(_ version: RESPVersion) {
        switch version {
        case .two: writeStaticString("$-1\r\n")
        case .three: writeStaticString("_\r\n")
        }
    }

    /// Writes a request: an array of bulk strings.
    package mutating func writeRESPRequest(_ words: [String]) {
        writeRESPArrayHeader(count: words.count)
        for word in words { writeRESPBulk(word) }
    }

    /// Writes any value; version 2 has other types in the place of those of version 3.
    package mutating func writeRESP(_ value: RESPValue, _ version: RESPVersion) {
        switch value {
        case .simple(let text): writeRESPSimple(text)
        case .error(let text): writeRESPError(text)
        case .integer(let number): writeRESPInteger(number)
        case .bulk(let bytes): writeRESPBulk(bytes)
        case .null: writeRESPNull(version)
        case .array(let values): writeAll(values, UInt8(ascii: "*"), version)
        case .map(let pairs):
            writeRESPMapHeader(count: pairs.count, version)
            for pair in pairs {
                writeRESP(pair.key, version)
                writeRESP(pair.value, version)
            }
        case .set(let values): writeAll(values, UInt8(ascii: version == .three ? "~" : "*"), version)
        case .push(let values): writeAll(values, UInt8(ascii: version == .three ? ">" : "*"), version)
        case .boolean(let isTrue) where version == .three: writeRESPLine("#", isTrue ? "t" : "f")
        case .boolean(let isTrue): writeRESPInteger(isTrue ? 1 : 0)
        case .double(let number) where version == .three: writeRESPLine(",", Self.text(of: number))
        case .double(let number): writeRESPBulk(Self.text(of: number))
        case .bigNumber(let digits) where version == .three: writeRESPLine("(", digits)
        case .bigNumber(let digits): writeRESPBulk(digits)
        case .verbatim(let format, let bytes) where version == .three:
            writeNumberLine(UInt8(ascii: "="), Int64(format.utf8.count + 1 + bytes.readableBytes))
            writeString("\(format):")
            writeImmutableBuffer(bytes)
            writeStaticString("\r\n")
        case .verbatim(_, let bytes): writeRESPBulk(bytes)
        }
    }

    private mutating func writeAll(_ values: [RESPValue], _ type: UInt8, _ version: RESPVersion) {
        writeNumberLine(type, Int64(values.count))
        for value in values { writeRESP(value, version) }
    }

    private static func text(of number: Double) -> String {
        number.isNaN ? "nan" : number.isInfinite ? (number < 0 ? "-inf" : "inf") : "\(number)"
    }
}
