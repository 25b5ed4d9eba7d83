import Frond
import FrondTesting
import Testing

@Suite("The floors of a store", .timeLimit(.minutes(5)))
struct StoreFloorsTests {
    private let tag: Frond.Tag

    init() throws { tag = try Frond.Tag("order") }

    private func raise(_ floors: inout StoreFloors, _ record: Frond.Tag, to next: Int64) {
        floors.reserved(
            Segment(first: max(0, next - 1), end: next, step: 1, cycle: 0, version: 1), of: record, after: nil)
    }

    private func position(_ next: Int64) -> SegmentPosition { SegmentPosition(cycle: 0, next: next) }

    private func period(_ day: Int) throws -> Frond.Tag { try Frond.Tag(tag, period: "\(20_260_000 + day)") }

    @Test("do not grow for ever with daily periods; the latest periods stay")
    func daily() throws {
        var floors = StoreFloors()
        raise(&floors, tag, to: 7)
        for day in 1...1000 { try raise(&floors, period(day), to: Int64(day)) }
        #expect(floors.count == 1 + StoreFloors.periodsPerTag)
        #expect(floors[tag] == position(7))
        #expect(try floors[period(1000)] == position(1000))
        #expect(try floors[period(998)] == position(998))
        #expect(try floors[period(997)] == nil)
    }

    @Test("of a period in use stay however many others begin")
    func inUse() throws {
        var floors = StoreFloors()
        for day in 1...10 {
            try raise(&floors, period(day), to: 5)
            try raise(&floors, period(999), to: Int64(day))
        }
        #expect(try floors[period(999)] == position(10))
    }

    @Test("are raised by reservations alone and lowered by what is given back alone")
    func bothWays() throws {
        func tail(_ first: Int64, _ end: Int64) -> Segment {
            Segment(first: first, end: end, step: 1, cycle: 0, version: 1)
        }
        var floors = StoreFloors()
        func isLowered(_ first: Int64, _ end: Int64) -> Bool { floors.lower(tag, by: tail(first, end)) }
        #expect(!isLowered(3, 9))
        #expect(floors[tag] == nil)
        raise(&floors, tag, to: 20)
        raise(&floors, tag, to: 10)
        #expect(floors[tag] == position(20))
        #expect(!isLowered(5, 10), "numbers were reserved behind it")
        #expect(!isLowered(20, 20))
        #expect(floors[tag] == position(20))
        #expect(isLowered(14, 20))
        #expect(floors[tag] == position(14))
        floors.restore(tag, by: tail(14, 20))
        #expect(floors[tag] == position(20))
    }
}

@Suite("A tail of the numbers of two callers", .timeLimit(.minutes(5)))
struct TailOwnerTests {
    @Test("is refused where it begins with numbers of the one before, and is taken where both are of one caller")
    func twoCallers() throws {
        let tag = try Frond.Tag("order")
        let one = Segment(first: 1, end: 11, step: 10, cycle: 0, version: 1)
        let two = Segment(first: 11, end: 21, step: 10, cycle: 0, version: 2)
        var both = two
        both.first = 5
        var floors = StoreFloors()
        floors.reserved(one, of: tag, after: nil)
        floors.reserved(two, of: tag, after: nil)
        #expect(!floors.mayGiveBack(both, of: tag))
        #expect(floors.mayGiveBack(two, of: tag))
        floors = StoreFloors()
        floors.reserved(one, of: tag, after: nil)
        floors.reserved(two, of: tag, after: one.finish)
        #expect(floors.mayGiveBack(both, of: tag))
        // A third reservation of the same caller: the first is out of reach.
        floors.reserved(
            Segment(first: 21, end: 31, step: 10, cycle: 0, version: 3), of: tag, after: two.finish)
        both.end = 31
        #expect(!floors.mayGiveBack(both, of: tag))
    }
}

@Suite("A record that is missing", .timeLimit(.minutes(5)))
struct MissingRecordTests {
    @Test("is created as the policy says, that of a period always, and one that was there never")
    func cures() throws {
        let tag = try Frond.Tag("order")
        let period = try Frond.Tag(tag, period: "20261125")
        let floor = SegmentPosition(cycle: 0, next: 11)
        let settings = TagSettings(step: 7)
        #expect(MissingRecord(tag, after: nil, .refuse) == .refuse)
        #expect(MissingRecord(tag, after: nil, .create) == .create(TagSettings()))
        #expect(MissingRecord(tag, after: nil, .create(settings)) == .create(settings))
        #expect(MissingRecord(period, after: nil, .refuse) == .createPeriod(of: tag))
        #expect(MissingRecord(period, after: nil, .create(settings)) == .createPeriod(of: tag))
        #expect(MissingRecord(tag, after: floor, .create) == .refuse)
        #expect(MissingRecord(period, after: floor, .create) == .refuse)
    }
}
