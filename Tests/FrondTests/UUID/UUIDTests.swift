import Frond
import FrondTesting
import Testing

@Suite("UUIDs", .timeLimit(.minutes(5)))
struct UUIDTests {
    private func variantIsRFC(_ uuid: UUIDValue) -> Bool { uuid.low >> 62 == 0b10 }

    @Test("the text form is the 36 characters of RFC 9562")
    func text() {
        // The example of RFC 9562, appendix A.6.
        let uuid = UUIDValue(high: 0x017F_22E2_79B0_7CC3, low: 0x98C4_DC0C_0C07_398F)
        #expect(uuid.description == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
        #expect(uuid.version == 7)
    }

    @Test("version 4 is random but for version and variant")
    func random() async throws {
        let uuids = try await RandomUUIDGenerator().next(count: 10_000)
        #expect(uuids.allSatisfy { $0.version == 4 && variantIsRFC($0) })
        #expect(Set(uuids).count == uuids.count)
        // Each of the other bits is set in about half of them: 5000, with a standard deviation of 50.
        for bit in 0..<64 {
            let isFixed = (12..<16).contains(bit)
            let high = uuids.count { $0.high >> UInt64(bit) & 1 == 1 }
            #expect(isFixed || (4600...5400).contains(high), "bit \(bit) of the first half")
            let low = uuids.count { $0.low >> UInt64(bit) & 1 == 1 }
            #expect(bit >= 62 || (4600...5400).contains(low), "bit \(bit) of the second half")
        }
    }

    @Test("version 7 begins with the milliseconds of the clock")
    func timeOrdered() async throws {
        let time = ManualTimeSource(wallMilliseconds: 0x017F_22E2_79B0)
        let uuid = try await TimeOrderedUUIDGenerator(time: time).next()
        #expect(uuid.high >> 16 == 0x017F_22E2_79B0)
        #expect(uuid.version == 7 && variantIsRFC(uuid))
    }

    @Test("version 7 strictly increases while the clock stands, steps back by a year, and goes on")
    func increasesWhateverTheClockDoes() async throws {
        let time = ManualTimeSource()
        let generator = TimeOrderedUUIDGenerator(time: time)
        var uuids = try await generator.next(count: 10_000)
        time.jumpWall(by: .seconds(-365 * 86400))
        uuids += try await generator.next(count: 1000)
        time.jumpWall(by: .seconds(366 * 86400))
        uuids += try await generator.next(count: 1000)
        #expect(zip(uuids, uuids.dropFirst()).allSatisfy(<))
    }

    @Test("version 7 counts up by one within a millisecond, from the lower half of the counter")
    func counts() async throws {
        let time = ManualTimeSource(wallMilliseconds: 1000)
        let generator = TimeOrderedUUIDGenerator(time: time)
        for millisecond in UInt64(1000)...1020 {
            let counters = try await generator.next(count: 100).map { ($0.high >> 16) << 12 | $0.high & 0xFFF }
            #expect(counters.allSatisfy { $0 >> 12 == millisecond })
            #expect(counters[0] & 0xFFF < 0x800)
            #expect(zip(counters, counters.dropFirst()).allSatisfy { $0 + 1 == $1 })
            time.jumpWall(by: .milliseconds(1))
        }
    }

    @Test("version 7 borrows the next millisecond when its counter is used up, and goes on when the clock is past that")
    func borrows() async throws {
        let time = ManualTimeSource(wallMilliseconds: 1000)
        let generator = TimeOrderedUUIDGenerator(time: time)
        let uuids = try await generator.next(count: 5000)
        time.jumpWall(by: .milliseconds(10))
        let later = try await generator.next()
        #expect(zip(uuids, uuids.dropFirst()).allSatisfy(<))
        #expect(uuids.last.map { (1001...1002).contains($0.high >> 16) } ?? false)
        #expect(later.high >> 16 == 1010)
    }
}
