import Testing

@testable import Frond

@Suite("Scrambled numbers", .timeLimit(.minutes(5)))
struct ScrambleTests {
    private let bytes = Array("a key of 16 bytes or more".utf8)
    private let key: ScrambleKey

    init() throws {
        key = try ScrambleKey(bytes)
    }

    /// Table 1 of the SipHash paper's reference code: key 00 01 … 0f, message 00 01 … 07.
    @Test("the hash is SipHash-2-4")
    func knownHash() {
        let hash = SipHash(key0: 0x0706_0504_0302_0100, key1: 0x0f0e_0d0c_0b0a_0908)
        #expect(hash(0x0706_0504_0302_0100) == 0x93f5_f579_9a93_2462)
    }

    @Test(
        "each number of a range becomes another one of it, and comes back",
        arguments: [0...0, 0...1, 1...2, 1...3, 5...21, 0...255, 1...1000, 1...65_537] as [ClosedRange<Int64>])
    func isBijection(range: ClosedRange<Int64>) throws {
        let scramble = try Scramble(key: key, name: "order", range: range)
        var seen: Set<Int64> = []
        for number in range {
            let scrambled = try #require(scramble.scrambled(number))
            #expect(range.contains(scrambled))
            #expect(seen.insert(scrambled).inserted)
            #expect(scramble.unscrambled(scrambled) == number)
        }
        #expect(scramble.scrambled(range.lowerBound - 1) == nil)
        #expect(scramble.scrambled(range.upperBound + 1) == nil)
    }

    @Test(
        "the largest ranges come back too",
        arguments: [0...Int64.max, 1...(Int64.max - 1), (1 << 62)...(1 << 62 + 9)] as [ClosedRange<Int64>])
    func largeRanges(range: ClosedRange<Int64>) throws {
        let scramble = try Scramble(key: key, name: "order", range: range)
        for number in [range.lowerBound, range.lowerBound + 1, range.lowerBound + 9, range.upperBound] {
            let scrambled = try #require(scramble.scrambled(number))
            #expect(range.contains(scrambled))
            #expect(scramble.unscrambled(scrambled) == number)
        }
    }

    @Test("consecutive numbers leave no pattern in the low bits, nor in their distances")
    func noPattern() throws {
        let scramble = try Scramble(key: key, name: "order", range: 1...1_000_000_000)
        let count: Int64 = 40_000
        var residues = [Int: Int]()
        var distances: Set<Int64> = []
        var before: Int64 = 0
        for number in 1...count {
            let scrambled = try #require(scramble.scrambled(number))
            residues[Int(scrambled % 16), default: 0] += 1
            distances.insert(scrambled - before)
            before = scrambled
        }
        // 2,500 of each are expected, with a standard deviation of 48.
        #expect(residues.count == 16)
        for (_, hits) in residues { #expect(abs(hits - 2500) < 6 * 48) }
        #expect(distances.count > Int(count) - 10, "hardly any distance comes twice")
    }

    @Test("another key or another name is another permutation")
    func dependsOnKeyAndName() throws {
        let range: ClosedRange<Int64> = 1...1_000_000
        let one = try Scramble(key: key, name: "order", range: range)
        for other in [
            try Scramble(key: key, name: "user", range: range),
            try Scramble(key: ScrambleKey(bytes + [0]), name: "order", range: range),
        ] {
            let same = (1...1000).filter { one.scrambled($0) == other.scrambled($0) }
            #expect(same.count < 5)
        }
    }

    @Test("keys are told apart by fingerprints, which read as they are written")
    func fingerprints() throws {
        let fingerprint = key.fingerprint
        #expect(try ScrambleKey.Fingerprint("\(fingerprint)") == fingerprint)
        #expect(try ScrambleKey(bytes).fingerprint == fingerprint)
        #expect(try ScrambleKey(bytes.reversed()).fingerprint != fingerprint)
        #expect(throws: FrondError.self) { try ScrambleKey.Fingerprint("12") }
    }

    @Test("a short key and a range below 0 are refused")
    func refusesBadInput() throws {
        var error = #expect(throws: FrondError.self) { try ScrambleKey([1, 2, 3]) }
        #expect(error?.message == "a scramble's key of 3 bytes is too short: 16 or more")
        error = #expect(throws: FrondError.self) { try Scramble(key: key, name: "order", range: -1...9) }
        #expect(error?.code == .invalidArgument)
    }
}
