import Frond
import Testing

@Suite("The arithmetic of reservations", .timeLimit(.minutes(5)))
struct TagRecordTests {
    private func makeRecord(
        maxID: Int64 = 1, step: Int64 = 10, startID: Int64 = 1, maxValue: Int64 = TagRecord.largestValue,
        cycles: Bool = false, cycle: Int64 = 0, version: Int64 = 0
    ) throws -> TagRecord {
        TagRecord(
            tag: try Frond.Tag("order"), maxID: maxID, step: step, startID: startID, maxValue: maxValue,
            cycles: cycles, cycle: cycle, version: version, description: "", updatedAtMilliseconds: 0)
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
        let (segment, successor) = try makeRecord(maxID: 21, version: 4).reserving(atLeast: wanted, after: nil)
        #expect(segment == Segment(first: 21, end: 21 + expected, step: 10, cycle: 0, version: 5))
        #expect(successor.maxID == 21 + expected)
        #expect(successor.version == 5)
    }

    @Test("nothing overflows at the largest number", arguments: [nil, 5, 6, 7, .max] as [Int64?])
    func largest(wanted: Int64?) throws {
        let record = try makeRecord(maxID: .max - 6, step: 5)
        let (segment, successor) = try record.reserving(atLeast: wanted, after: nil)
        #expect(segment.first == .max - 6)
        #expect(segment.count == min(max(wanted ?? 5, 5), 6))
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
        #expect(error?.message.contains("'order' has given out its last number, 25") == true)
    }

    @Test("a cycle begins at the start") func aCycleBeginsAtTheStart() throws {
        let record = try makeRecord(maxID: 26, startID: 6, maxValue: 25, cycles: true, cycle: 3, version: 9)
        let (segment, successor) = try record.reserving(
            atLeast: nil, after: SegmentPosition(cycle: 3, next: 26))
        #expect(segment == Segment(first: 6, end: 16, step: 10, cycle: 4, version: 10))
        #expect(successor.maxID == 16)
        #expect(successor.cycle == 4)
    }

    @Test("a segment never spans two cycles") func aSegmentNeverSpansTwoCycles() throws {
        let record = try makeRecord(maxID: 20, maxValue: 25, cycles: true)
        let (segment, _) = try record.reserving(atLeast: 1_000_000, after: nil)
        #expect(segment.first..<segment.end == 20..<26)
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
            #expect(error?.message.hasPrefix("the record of tag 'order' cannot be right: ") == true)
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
            var tail = segments[2]
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
        changed = try #require(record.takingBack(Segment(first: 6, end: 11, step: 10, cycle: 0, version: 1)))
        #expect(changed.takingBack(Segment(first: 1, end: 6, step: 10, cycle: 0, version: 2)) == nil)
        tail.version = record.version
        record.lastFirst = nil
        #expect(record.takingBack(tail) == nil)
    }

    @Test("a cycle that begins again takes nothing of the one before back")
    func tailsAcrossCycles() throws {
        let record = try makeRecord(maxID: 16, maxValue: 25, cycles: true)
        let (last, full) = try record.reserving(atLeast: nil, after: nil)
        let (tail, again) = try full.reserving(atLeast: nil, after: SegmentPosition(cycle: 0, next: last.end))
        #expect((tail.cycle, tail.first) == (1, 1))
        #expect(again.previousFirst == nil)
        #expect(again.takingBack(tail)?.maxID == 1)
    }

    // MARK: Changing

    @Test("max_id moves up to one past the maximum, and never back", arguments: [(21, true), (26, true), (27, false)])
    func movesForward(maxID: Int64, isAllowed: Bool) throws {
        let record = try makeRecord(maxID: 21, maxValue: 25)
        if isAllowed {
            #expect(try record.applying(TagChange(maxID: maxID), nowMilliseconds: 5).maxID == maxID)
        } else {
            #expect(throws: FrondError.self) { try record.applying(TagChange(maxID: maxID), nowMilliseconds: 5) }
        }
        #expect(throws: FrondError.self) { try record.applying(TagChange(maxID: 20), nowMilliseconds: 5) }
    }

    @Test("a tag that is used up goes on once its maximum is raised")
    func aTagThatIsUsedUpGoesOnOnceItsMaximumIsRaised() throws {
        let used = try makeRecord(maxID: 26, maxValue: 25)
        let raised = try used.applying(TagChange(maxValue: 100), nowMilliseconds: 5)
        #expect(try raised.reserving(atLeast: nil, after: nil).segment.first == 26)
    }
}
