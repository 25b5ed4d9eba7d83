package import Frond
package import NIOCore

extension ByteBuffer {
    /// The maximum number of characters of a number: 19 digits and a sign.
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

    /// Writes numbers in decimal, one a line, without an end to the last: each is the one before with its last digits
    /// counted up.
    package mutating func writeDecimals(_ numbers: NumberRun) {
        guard let last = numbers.last, numbers.first >= 0 else { return }
        let lineLength = Self.decimalLength(of: UInt64(last)) + 1
        writeWithUnsafeMutableBytes(minimumWritableBytes: lineLength * numbers.count) { bytes in
            var digits = Array("\(numbers.first)".utf8)
            var end = 0
            for index in 0..<numbers.count {
                if index > 0 {
                    bytes[end] = UInt8(ascii: "\n")
                    end += 1
                    Self.countUp(&digits, by: numbers.stride)
                }
                bytes[end..<(end + digits.count)].copyBytes(from: digits)
                end += digits.count
            }
            return end
        }
    }

    private static func countUp(_ digits: inout [UInt8], by stride: Int64) {
        var carry = UInt64(stride)
        for index in digits.indices.reversed() where carry > 0 {
            carry += UInt64(digits[index] - UInt8(ascii: "0"))
            digits[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: carry % 10)
            carry /= 10
        }
        while carry > 0 {
            digits.insert(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: carry % 10), at: 0)
            carry /= 10
        }
    }

    /// The number of digits of a number.
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
