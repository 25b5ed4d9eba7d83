/// Whole numbers as RESP writes them: digits, with a minus sign where negative.
enum ASCIINumber {
    /// The maximum number of characters of a 64-bit number.
    static let longest = 20

    /// Reads a number; nil for anything else, such as a plus sign, a space or a number beyond 64 bits.
    static func read(_ bytes: UnsafeRawBufferPointer.SubSequence) -> Int64? {
        guard let first = bytes.first, bytes.count <= longest else { return nil }
        let isNegative = first == UInt8(ascii: "-")
        let digits = isNegative ? bytes.dropFirst() : bytes
        guard !digits.isEmpty else { return nil }
        var number: Int64 = 0
        for byte in digits {
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            // Downwards, since the least number has no positive counterpart.
            let (tenfold, isTooLarge) = number.multipliedReportingOverflow(by: 10)
            let (next, isBeyond) = tenfold.subtractingReportingOverflow(Int64(digit))
            guard !isTooLarge, !isBeyond else { return nil }
            number = next
        }
        if isNegative { return number }
        return number == .min ? nil : -number
    }

    /// The number of characters of a number.
    @inline(__always)
    static func length(of number: Int64) -> Int {
        let magnitude = number.magnitude
        var length = number < 0 ? 2 : 1
        var bound: UInt64 = 10
        // The bound stays below 65 bits: a magnitude has 19 digits at most.
        while magnitude >= bound {
            length += 1
            bound &*= 10
        }
        return length
    }

    /// Writes a number of a known length from an offset on.
    @inline(__always)
    static func write(_ number: Int64, length: Int, to bytes: UnsafeMutableRawBufferPointer, at start: Int) {
        var rest = number.magnitude
        var position = start + length
        repeat {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            position -= 1
            bytes[position] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit)
            rest = quotient
        } while rest > 0
        if number < 0 { bytes[start] = UInt8(ascii: "-") }
    }
}
