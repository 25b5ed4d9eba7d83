import Frond
import Testing

@Suite("Numbers spread over several databases", .timeLimit(.minutes(5)))
struct StripedTagTests {
    private func makeRecord(
        maxID: Int64 = 1, step: Int64 = 10, maxValue: Int64 = TagRecord.largestValue, cycles: Bool = false,
        stripes: Int64 = 3, stripe: Int64 = 2, barrier: Int64? = nil
    ) throws -> TagRecord {
        TagRecord(
            tag: try Frond.Tag("order"), settings: TagSettings(step: step, maxValue: maxValue, cycles: cycles),
            stripe: TagStripe(index: stripe, count: stripes), maxID: maxID, barrier: barrier)
    }

    private func numbers(_ segment: Segment) -> [Int64] {
        Array(NumberRun(first: segment.first, count: segment.count, stride: segment.stride))
    }

    private func code(of record: TagRecord) -> FrondError.Code? {
        do throws(FrondError) {
            _ = try record.reserving(atLeast: nil, after: nil)
            return nil
        } catch {
            return error.code
        }
    }

    @Test("a record hands out the numbers of its stripe alone, each once", arguments: 0..<3 as Range<Int64>)
    func ownStripe(stripe: Int64) throws {
        var record = try makeRecord(step: 4, stripe: stripe)
        var all: [Int64] = []
        for _ in 0..<5 {
            let (segment, successor) = try record.reserving(atLeast: nil, after: nil)
            #expect(segment.count == 4)
            all += numbers(segment)
            record = successor
        }
        #expect(all == Array((1...60).filter { $0 % 3 == stripe }))
    }

    @Test("the numbers begin at or above what the caller has already", arguments: [1, 2, 3, 100, 101, 102] as [Int64])
    func notBelow(least: Int64) throws {
        let (segment, successor) = try makeRecord().reserving(
            atLeast: nil, after: nil, notBelow: SegmentPosition(cycle: 0, next: least))
        #expect(segment.first == (least...).first { $0 % 3 == 2 })
        #expect(successor.maxID == segment.first + 9 * 3 + 1)
    }

    @Test("the last number is the largest of the stripe, and nothing overflows there")
    func largest() throws {
        for stripe in 0..<3 as Range<Int64> {
            var record = try makeRecord(maxID: .max - 7, step: 100, stripe: stripe)
            let expected = (Int64.max - 7 ... .max - 1).filter { $0 % 3 == stripe }
            var all: [Int64] = []
            while all.count < expected.count {
                let (segment, successor) = try record.reserving(atLeast: nil, after: nil)
                all += numbers(segment)
                record = successor
            }
            #expect(all == expected)
            #expect(code(of: record) == .exhausted)
        }
    }

    @Test("a tag that cycles begins again, also where another database did first")
    func cycles() throws {
        let record = try makeRecord(maxID: 9, maxValue: 10, cycles: true)
        let (segment, _) = try record.reserving(atLeast: nil, after: nil)
        #expect((segment.cycle, segment.first) == (1, 2))
        let (ahead, _) = try record.reserving(atLeast: nil, after: nil, notBelow: SegmentPosition(cycle: 4, next: 3))
        #expect((ahead.cycle, ahead.first) == (4, 5))
        #expect(code(of: try makeRecord(maxValue: 1, cycles: true)) == .exhausted, "no number is of this stripe")
        let other = try makeRecord()
        #expect(throws: FrondError.self) {
            try other.reserving(atLeast: nil, after: nil, notBelow: SegmentPosition(cycle: 1, next: 1))
        }
    }

    @Test("nothing is reserved at a barrier or above it")
    func barrier() throws {
        let (segment, successor) = try makeRecord(step: 100, barrier: 12).reserving(atLeast: nil, after: nil)
        #expect(numbers(segment) == [2, 5, 8, 11])
        #expect(code(of: successor) == .storeUnavailable)
    }

    @Test("a tail is taken back by the record of its stripe alone")
    func takingBack() throws {
        var (tail, record) = try makeRecord().reserving(atLeast: nil, after: nil)
        tail.first = 8
        #expect(record.takingBack(tail)?.maxID == 8)
        var other = record
        other.stripe.index = 1
        #expect(other.takingBack(tail) == nil)
        other.stripe.count = 1
        #expect(other.takingBack(tail) == nil)
    }

    @Test(
        "a stripe that is none is refused",
        arguments: [(0, 0), (3, 3), (3, -1), (1025, 0), (-2, -1)] as [(Int64, Int64)])
    func refuses(stripes: Int64, stripe: Int64) throws {
        #expect(code(of: try makeRecord(stripes: stripes, stripe: stripe)) == .storeCorrupt)
    }
}
