/// Turns consecutive numbers into ones that cannot be guessed, and back: a keyed permutation of a range.
///
/// No two numbers become the same one, and none leaves the range. Without the key it cannot be learnt from some
/// scrambled numbers how many there are, or what the next one is.
///
/// A balanced Feistel network with SipHash-2-4 as its round function, made to fit the range by walking its cycle until
/// it is inside: John Black and Phillip Rogaway, *Ciphers with Arbitrary Finite Domains*, 2002.
public struct Scramble: Hashable, Sendable {
    /// Four are known to do for an ideal round function, and small ranges want more.
    private static let rounds: UInt64 = 10

    /// The numbers that it maps to each other.
    public let range: ClosedRange<Int64>
    private let hash: SipHash
    /// Half of the bits of the network.
    private let halfBits: UInt64
    /// The value that sets this permutation apart from those of other ranges under the same key.
    private let tweak: UInt64

    /// - Parameters:
    ///   - name: different names, such as those of tags, make different permutations under one key.
    ///   - range: of numbers that are not negative. What was scrambled in one range is not to be had back in another.
    /// - Throws: `invalidArgument` for a range below 0.
    public init(key: ScrambleKey, name: String, range: ClosedRange<Int64>) throws(FrondError) {
        guard range.lowerBound >= 0 else {
            throw FrondError(.invalidArgument, "numbers from \(range.lowerBound) cannot be scrambled: from 0 on")
        }
        self.range = range
        hash = key.hash
        tweak = name.utf8.reduce(hash(UInt64(name.utf8.count))) { [hash] in hash($0 ^ UInt64($1)) }
        // The distance of the last number from the first one, which is what is permuted.
        let last = UInt64(range.upperBound - range.lowerBound)
        let bits = UInt64(UInt64.bitWidth - last.leadingZeroBitCount)
        halfBits = max(1, (bits + 1) / 2)
    }

    /// The number that stands for this one; nil outside the range.
    public func scrambled(_ number: Int64) -> Int64? {
        walk(number) { permuted($0) }
    }

    /// The number that this one stands for; nil outside the range.
    public func unscrambled(_ number: Int64) -> Int64? {
        walk(number) { restored($0) }
    }

    /// Permutes until the result is inside the range: it comes back to where it began at the latest. On average at most
    /// four steps, since the network has at most four times as many numbers as the range.
    private func walk(_ number: Int64, _ step: (UInt64) -> UInt64) -> Int64? {
        guard range.contains(number) else { return nil }
        let last = UInt64(range.upperBound - range.lowerBound)
        var value = step(UInt64(number - range.lowerBound))
        while value > last { value = step(value) }
        return range.lowerBound + Int64(value)
    }

    private func permuted(_ value: UInt64) -> UInt64 {
        var (left, right) = (value >> halfBits, value & mask)
        for round in 0..<Self.rounds { (left, right) = (right, left ^ mixed(right, round)) }
        return left << halfBits | right
    }

    private func restored(_ value: UInt64) -> UInt64 {
        var (left, right) = (value >> halfBits, value & mask)
        for round in (0..<Self.rounds).reversed() { (left, right) = (right ^ mixed(left, round), left) }
        return left << halfBits | right
    }

    private var mask: UInt64 { (1 << halfBits) - 1 }

    /// The round's number lies above the bits of a half.
    private func mixed(_ half: UInt64, _ round: UInt64) -> UInt64 {
        hash(tweak ^ (half | round << 56)) & mask
    }
}
