package import NIOCore

extension ByteBuffer {
    /// The most characters a number takes: 19 digits and a sign.
    private static var longestDecimal: Int { 20 }

    /// Writes a number in decimal, without the allocation that a `String` between would cost.
    @discardableResult
    package mutating func writeDecimal(_ number: Int64) -> Int {
        writeWithUnsafeMutableBytes(minimumWritableBytes: Self.longestDecimal) { bytes in
            var rest = number.magnitude
            let length = Self.decimalLength(of: rest) + (number < 0 ? 1 : 0)
            var position = length
            repeat {
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                position -= 1
                bytes[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
                rest = quotient
            } while rest > 0
            if number < 0 { bytes[0] = UInt8(ascii: "-") }
            return length
        }
    }

    /// How many digits a number has.
    package static func decimalLength(of number: UInt64) -> Int {
        var length = 1
        var bound: UInt64 = 10
        while number >= bound {
            length += 1
            let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
            if overflow { break }
            bound = next
        }
        return length
    }
}
