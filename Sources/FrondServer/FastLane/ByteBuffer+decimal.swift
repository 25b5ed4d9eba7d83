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

    /// Writes the numbers of a range in decimal, one a line, without an end to the last: each is the one before with its
    /// last digits counted up.
    package mutating func writeDecimals(_ range: Range<Int64>) {
        guard let first = range.first, first >= 0 else { return }
        let lineLength = Self.decimalLength(of: UInt64(range.upperBound)) + 1
        writeWithUnsafeMutableBytes(minimumWritableBytes: lineLength * range.count) { bytes in
            var digits = Array("\(first)".utf8)
            var end = 0
            for number in range {
                if number > first {
                    bytes[end] = UInt8(ascii: "\n")
                    end += 1
                    Self.countUp(&digits)
                }
                bytes[end..<(end + digits.count)].copyBytes(from: digits)
                end += digits.count
            }
            return end
        }
    }

    private static func countUp(_ digits: inout [UInt8]) {
        for index in digits.indices.reversed() {
            guard digits[index] == UInt8(ascii: "9") else {
                digits[index] += 1
                return
            }
            digits[index] = UInt8(ascii: "0")
        }
        digits.insert(UInt8(ascii: "1"), at: 0)
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
