import Frond
import FrondTesting
import Testing

@Suite("The arithmetic of reservations", .timeLimit(.minutes(5)))
struct TagRecordTests {
    private let secret = ReservationSecret(high: 1, low: 2)

    private func makeRecord(
        maxID: Int64 = 1, step: Int64 = 10, startID: Int64 = 1, maxValue: Int64 = TagRecord.largestValue,
        cycles: Bool = false, cycle: Int64 = 0, version: Int64 = 0
    ) throws -> TagRecord {
        TagRecord(
            tag: try Frond.Tag("order"),
            settings: TagSettings(step: step, startID: startID, maxValue: maxValue, cycles: cycles), maxID: maxID,
            cycle: cycle, version: version)
    }

    private func error(of record: TagRecord, after floor: SegmentPosition? = nil) -> FrondError? {
        do throws(FrondError) {
            _ = try record.reserving(atLeast: nil, after: floor)
            return nil
        } catch {
            return error
        }
    }

    // MARK: Reserving

    @Test(
        "the step is taken, or more where more is wanted",
        arguments: [(nil, 10), (0, 10), (-1, 10), (.min, 10), (9, 10), (10, 10), (11, 11), (1000, 1000)]
            as [(Int64?, Int64)])
    func size(wanted: Int64?, expected: Int64) throws {
        let (segment, successor) = try makeRecord(maxID: 21, version: 4).reserving(
            atLeast: wanted.map { SegmentDemand(needed: $0) }, after: nil, secret: secret)
        #expect(
            segment == Segment(first: 21, end: 21 + expected, step: 10, cycle: 0, version: 5, secret: secret))
        #expect(successor.maxID == 21 + expected)
        #expect(successor.version == 5)
    }

    @Test(
        "a position that a caller elsewhere states may be ahead of the record by a bound"
    )
    func statedPositions() throws {
        func isRefused(_ record: TagRecord, _ cycle: Int64, _ next: Int64) -> Bool {
            do throws(FrondError) {
                try record.checkStated(SegmentPosition(cycle: cycle, next: next))
                return false
            } catch {
                return error.code == .storeWentBack
            }
        }
        let record = try makeRecord(maxID: 101)
        for next in [.min, -1, 0, 100, 101, 102, 1 << 40] as [Int64] { #expect(!isRefused(record, 0, next), "\(next)") }
        for next in [(1 << 40) + 102, 1 << 60, .max] as [Int64] { #expect(isRefused(record, 0, next), "\(next)") }
        #expect(isRefused(record, 1, 1) && isRefused(record, .max, 1))
        // A sixteenth of what is left of a small range.
        let small = try makeRecord(maxID: 841, maxValue: 1000)
        #expect(!isRefused(small, 0, 851) && isRefused(small, 0, 852))
        let ended = try makeRecord(maxID: 1001, maxValue: 1000)
        #expect(!isRefused(ended, 0, 1001) && !isRefused(ended, 0, 1002) && isRefused(ended, 0, 1003))
        let cycling = try makeRecord(maxID: 841, maxValue: 1000, cycles: true, cycle: 3)
        #expect(!isRefused(cycling, 3, 851) && !isRefused(cycling, 4, 63) && !isRefused(cycling, 2, .max))
        #expect(isRefused(cycling, 4, 64) && isRefused(cycling, 5, 1) && isRefused(cycling, .max, 1))
        let damaged = try makeRecord(maxID: .min, startID: -5, maxValue: .max)
        #expect(throws: FrondError.self) { try damaged.checkStated(SegmentPosition(cycle: 0, next: .max)) }
    }

    @Test("nothing overflows at the largest number", arguments: [5, 6, 7, .max] as [Int64])
    func largest(wanted: Int64) throws {
        let record = try makeRecord(maxID: .max - 6, step: 5)
        let demand = SegmentDemand(needed: min(wanted, 6), wanted: wanted)
        let (segment, successor) = try record.reserving(atLeast: demand, after: nil)
        #expect(throws: FrondError.self) { try record.reserving(atLeast: 7, after: nil) }
        #expect(segment.first == .max - 6)
        #expect(segment.count == min(max(wanted, 5), 6))
        #expect(successor.maxID == segment.end)
    }

    @Test("any step reserves up to the maximum", arguments: [1, 1 << 31, TagRecord.largestStep] as [Int64])
    func anyStep(step: Int64) throws {
        let (segment, successor) = try makeRecord(maxID: 5, step: step).reserving(atLeast: nil, after: nil)
        #expect(segment.first == 5)
        #expect(segment.end == 5 + step)
        #expect(successor.maxID == segment.end)
    }

    @Test("a version goes on past its largest value", arguments: [Int64.max, -1, .min])
    func version(version: Int64) throws {
        let (segment, successor) = try makeRecord(version: version).reserving(atLeast: nil, after: nil)
        #expect(successor.version == version &+ 1)
        #expect(segment.version == successor.version)
    }

    @Test("past the maximum there is nothing", arguments: [26, 27, .max] as [Int64])
    func exhausted(maxID: Int64) throws {
        let error = error(of: try makeRecord(maxID: maxID, maxValue: 25))
        #expect(error?.code == .exhausted)
        #expect(error?.message.contains("'order' has issued its last number, 25") == true)
    }

    @Test("a cycle begins at the start") func aCycleBeginsAtTheStart() throws {
        let record = try makeRecord(maxID: 26, startID: 6, maxValue: 25, cycles: true, cycle: 3, version: 9)
        let (segment, successor) = try record.reserving(
            atLeast: 10, after: SegmentPosition(cycle: 3, next: 26), secret: secret)
        #expect(segment == Segment(first: 6, end: 16, step: 10, cycle: 4, version: 10, secret: secret))
        #expect(successor.maxID == 16)
        #expect(successor.cycle == 4)
    }

    @Test("a segment never spans two cycles") func aSegmentNeverSpansTwoCycles() throws {
        let record = try makeRecord(maxID: 20, maxValue: 25, cycles: true)
        let (segment, _) = try record.reserving(atLeast: SegmentDemand(needed: 25, wanted: 1_000_000), after: nil)
        #expect(segment.first..<segment.end == 20..<26)
        // Twice as many as there are would be numbers that one request gets twice.
        #expect(throws: FrondError.self) { try record.reserving(atLeast: 26, after: nil) }
    }

    @Test("a tag of one number gives that number") func aTagOfOneNumberGivesThatNumber() throws {
        let (segment, _) = try makeRecord(maxID: 7, startID: 7, maxValue: 7).reserving(atLeast: nil, after: nil)
        #expect(segment.first..<segment.end == 7..<8)
    }

    // MARK: Refusing

    @Test(
        "a record that cannot be right reserves nothing",
        arguments: [
            (1, 0, 1, 100), (1, -1, 1, 100), (1, .min, 1, 100), (0, 10, 1, 100), (.min, 10, 1, 100), (1, 10, 1, .max),
            (5, 10, 5, 4), (1, 10, 1, .min),
        ] as [(Int64, Int64, Int64, Int64)])
    func implausible(maxID: Int64, step: Int64, startID: Int64, maxValue: Int64) throws {
        for cycles in [true, false] {
            let record = try makeRecord(
                maxID: maxID, step: step, startID: startID, maxValue: maxValue, cycles: cycles)
            let error = error(of: record)
            #expect(error?.code == .storeCorrupt)
            #expect(error?.message.hasPrefix("the record of tag 'order' is invalid: ") == true)
        }
    }

    @Test(
        "a record below the floor has gone back",
        arguments: [(0, 22), (0, Int64.max), (1, 0), (1, 21), (Int64.max, 1)] as [(Int64, Int64)])
    func wentBack(cycle: Int64, next: Int64) throws {
        let error = error(of: try makeRecord(maxID: 21), after: SegmentPosition(cycle: cycle, next: next))
        #expect(error?.code == .storeWentBack)
        #expect(error?.retryAfter != nil)
    }

    @Test("a record at or above the floor is believed", arguments: [(2, 21), (2, 1), (1, 500)] as [(Int64, Int64)])
    func notBack(cycle: Int64, next: Int64) throws {
        #expect(error(of: try makeRecord(maxID: 21, cycle: 2), after: SegmentPosition(cycle: cycle, next: next)) == nil)
    }

    // MARK: Giving back

    @Test("an unused tail moves the next number back") func anUnusedTailMovesTheNextNumberBack() throws {
        var (tail, record) = try makeRecord().reserving(atLeast: nil, after: nil)
        tail.first = 4
        let successor = try #require(record.takingBack(tail))
        #expect(successor.maxID == 4)
        #expect(successor.version == 2)
        #expect(successor.takingBack(tail) == nil)
    }

    @Test("a tail that is not the record's last reservation is refused")
    func strangeTails() throws {
        let (tail, record) = try makeRecord().reserving(atLeast: nil, after: nil)
        let changes: [(inout Segment) -> Void] = [
            { $0.version += 1 }, { $0.version -= 1 }, { $0.end += 1 }, { $0.end -= 1 }, { $0.cycle += 1 },
            { $0.first = $0.end }, { $0.first = $0.end + 1 },
        ]
        for change in changes {
            var strange = tail
            change(&strange)
            #expect(record.takingBack(strange) == nil, "\(strange)")
        }
    }

    @Test("a tail begins in the last reservation, or in the one before of the same caller, and nowhere below")
    func lowestTail() throws {
        var record = try makeRecord()
        var segments: [Segment] = []
        for _ in 0..<3 {
            let floor = segments.last.map { SegmentPosition(cycle: $0.cycle, next: $0.end) }
            let (segment, successor) = try record.reserving(atLeast: nil, after: floor)
            segments.append(segment)
            record = successor
        }
        func takesBack(from first: Int64) -> Bool {
            var tail = first < segments[2].first ? segments[1].joined(with: segments[2]) : segments[2]
            tail.first = first
            return record.takingBack(tail)?.maxID == first
        }
        #expect(takesBack(from: 21) && takesBack(from: 11) && takesBack(from: 30))
        #expect(!takesBack(from: 10) && !takesBack(from: 1) && !takesBack(from: .min))
        // Another caller reserves: it knows nothing of the others, or not the newest.
        for floor in [nil, SegmentPosition(cycle: 0, next: 30)] {
            let (tail, successor) = try record.reserving(atLeast: nil, after: floor)
            #expect(successor.takingBack(tail)?.maxID == 31)
            var wide = tail
            wide.first = 30
            #expect(successor.takingBack(wide) == nil)
        }
    }

    @Test("nothing is taken back twice, nor after a change of the settings, nor by a record that knows no reservation")
    func forgottenReservations() throws {
        var (tail, record) = try makeRecord().reserving(atLeast: nil, after: nil)
        var changed = try record.applying(TagChange(step: 5), nowMilliseconds: 5)
        tail.version = changed.version
        #expect(changed.takingBack(tail) == nil)
        tail.version = record.version
        tail.first = 6
        changed = try #require(record.takingBack(tail))
        (tail.first, tail.end, tail.version) = (1, 6, changed.version)
        #expect(changed.takingBack(tail) == nil)
        (tail.first, tail.end, tail.version) = (6, 11, record.version)
        record.lastReservation = nil
        #expect(record.takingBack(tail) == nil)
    }

    @Test("a cycle that begins again takes nothing of the one before back")
    func tailsAcrossCycles() throws {
        let record = try makeRecord(maxID: 16, maxValue: 25, cycles: true)
        let (last, full) = try record.reserving(atLeast: 10, after: nil)
        let (tail, again) = try full.reserving(atLeast: nil, after: SegmentPosition(cycle: 0, next: last.end))
        #expect((tail.cycle, tail.first) == (1, 1))
        #expect(again.lastReservation?.previous == nil)
        #expect(again.takingBack(tail)?.maxID == 1)
    }

    // MARK: Changing

    @Test("max_id moves up to one past the maximum, and never back", arguments: [(21, true), (26, true), (27, false)])
    func movesForward(maxID: Int64, isAllowed: Bool) throws {
        let record = try makeRecord(maxID: 21, maxValue: 25)
        if isAllowed {
            #expect(try record.applying(TagChange(maxID: maxID, allowEnd: true), nowMilliseconds: 5).maxID == maxID)
        } else {
            #expect(throws: FrondError.self) {
                try record.applying(TagChange(maxID: maxID, allowEnd: true), nowMilliseconds: 5)
            }
        }
        #expect(throws: FrondError.self) { try record.applying(TagChange(maxID: 20), nowMilliseconds: 5) }
    }

    @Test("a tag that is used up goes on once its maximum is raised")
    func aTagThatIsUsedUpGoesOnOnceItsMaximumIsRaised() throws {
        let used = try makeRecord(maxID: 26, maxValue: 25)
        let raised = try used.applying(TagChange(maxValue: 100), nowMilliseconds: 5)
        #expect(try raised.reserving(atLeast: nil, after: nil).segment.first == 26)
    }

    // MARK: Sizes

    @Test(
        "a reservation is at most a sixteenth of what is left, or as much as is needed",
        arguments: 1...200 as ClosedRange<UInt64>)
    func share(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let start = Int64.random(in: 0...1000, using: &random)
        let width = Int64.random(in: 1...(seed % 2 == 0 ? 2000 : .max / 2), using: &random)
        var record = try makeRecord(
            maxID: start, step: Int64.random(in: 1...5000, using: &random), startID: start,
            maxValue: start + width - 1)
        record.stripe = TagStripe(index: 0, count: Int64.random(in: 1...3, using: &random))
        for _ in 0..<100 {
            let demand = SegmentDemand(
                needed: Int64.random(in: 1...(Bool.random(using: &random) ? 3 : 3000), using: &random),
                wanted: Bool.random(using: &random) ? nil : Int64.random(in: 1...10_000, using: &random))
            let count = record.stripe.count
            let first = (record.maxID...).first { $0 % count == 0 } ?? record.maxID
            let left = first > record.maxValue ? 0 : (record.maxValue - first) / count + 1
            do throws(FrondError) {
                let (segment, successor) = try record.reserving(atLeast: demand, after: nil)
                #expect(segment.first == first && successor.maxID == segment.end && demand.needed <= left)
                #expect(segment.count >= min(demand.needed, demand.wanted ?? demand.needed))
                #expect(segment.count <= max(left / 16, demand.needed, 1))
                record = successor
            } catch {
                #expect(error.code == .exhausted && demand.needed > left)
            }
        }
    }

    @Test(
        "secrets of an earlier version, damaged ones and none give nothing back", arguments: ["", "1", "2 00", "1 x y"])
    func secretTexts(text: String) {
        #expect(TagReservation(first: 1, previousFirst: 1, secretText: text, version: 1) == nil)
    }

    @Test("secrets are kept, sent and compared whole, and shown nowhere")
    func secrets() throws {
        let secret = ReservationSecret(high: 0x0123_4567_89ab_cdef, low: 3)
        #expect(ReservationSecret(text: secret.text) == secret && ReservationSecret(bytes: secret.bytes) == secret)
        #expect(secret.text == "0123456789abcdef0000000000000003")
        let reservation = TagReservation(first: 5, secret: secret, previous: .init(first: 1, secret: .random()))
        let text = reservation.secretText(version: 9)
        #expect(TagReservation(first: 5, previousFirst: 1, secretText: text, version: 9) == reservation)
        #expect(TagReservation(first: 5, previousFirst: 1, secretText: text, version: 8) == nil)
        let shown = "\(reservation) \(String(reflecting: reservation))"
        #expect(!shown.contains("81985529216486895") && !shown.contains("89ab"))
    }

    @Test(
        "a change that was decided by other settings is a conflict; one that touches other settings can be made again")
    func conflicts() throws {
        let record = try makeRecord()
        let other = try record.applying(TagChange(step: 20), nowMilliseconds: 0)
        #expect(other.settings.version != record.settings.version)
        let reserved = try record.reserving(atLeast: nil, after: nil).successor
        #expect(reserved.settings.version == record.settings.version)
        let change = TagChange(description: "x", ifVersion: record.settings.version)
        #expect(throws: FrondError.self) { try other.applying(change, nowMilliseconds: 0) }
        _ = try reserved.applying(change, nowMilliseconds: 0)
        #expect(!change.touchesDifference(between: record.settings, other.settings))
        #expect(TagChange(step: 5).touchesDifference(between: record.settings, other.settings))
    }
}
