/// Reads a response body as it arrives: one ID a line, a decimal number or a UUID.
struct IDLineParser: Sendable {
    private enum Line {
        case decimal, uuid, malformed
    }

    /// Lines of this body that were IDs.
    private(set) var ids = 0
    /// Lines of this body that were none.
    private(set) var malformed = 0
    private var line = Line.decimal
    private var value: UInt128 = 0
    private var length = 0

    /// A part of the body.
    mutating func consume(_ bytes: UnsafeRawBufferPointer, into recorder: inout IDRecorder) {
        var index = 0
        while index < bytes.count {
            if line == .decimal {
                index = consumeDigits(bytes, from: index)
                guard index < bytes.count else { return }
            }
            let byte = bytes[index]
            if byte == UInt8(ascii: "\n") {
                endLine(into: &recorder)
            } else {
                consumeText(byte)
            }
            index += 1
        }
    }

    /// The body is complete; the last line may lack its line feed. The counts stay until ``startBody()``.
    mutating func endBody(into recorder: inout IDRecorder) {
        if length > 0 { endLine(into: &recorder) }
    }

    /// IDs came that are not lines of text; they are recorded by the caller.
    mutating func note(ids count: Int) {
        ids += count
    }

    mutating func startBody() {
        self = IDLineParser()
    }

    @inline(__always)
    private mutating func consumeDigits(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        var number = UInt64(truncatingIfNeeded: value)
        while index < bytes.count {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            number = number &* 10 &+ UInt64(digit)
            index += 1
        }
        value = UInt128(number)
        length += index - start
        return index
    }

    /// A byte that is no digit of a number: the line is a UUID, if anything.
    private mutating func consumeText(_ byte: UInt8) {
        if line == .decimal {
            line = length <= 8 ? .uuid : .malformed
            value = hexadecimal(ofDigits: value)
        }
        length += 1
        if [9, 14, 19, 24].contains(length) {
            if byte != UInt8(ascii: "-") { line = .malformed }
        } else if let digit = Character(Unicode.Scalar(byte)).hexDigitValue, length <= 36 {
            value = value << 4 | UInt128(digit)
        } else {
            line = .malformed
        }
    }

    /// The decimal digits read so far, read as hexadecimal ones.
    private func hexadecimal(ofDigits number: UInt128) -> UInt128 {
        var rest = number
        var result: UInt128 = 0
        for place in 0..<min(length, 8) {
            result |= (rest % 10) << UInt128(place * 4)
            rest /= 10
        }
        return result
    }

    @inline(__always)
    private mutating func endLine(into recorder: inout IDRecorder) {
        // The longest Int64 has 19 digits, and no number of 19 digits overflows a UInt64.
        let isID =
            switch line {
            case .decimal: length >= 1 && length <= 19
            case .uuid: length == 36
            case .malformed: false
            }
        if isID {
            ids += 1
            recorder.record(value)
        } else {
            malformed += 1
        }
        line = .decimal
        value = 0
        length = 0
    }
}
