import Frond
import Testing

@testable import FrondMySQL

@Suite("The floors of several databases", .timeLimit(.minutes(5)))
struct SegmentFloorsTests {
    private func segment(_ first: Int64, _ end: Int64) -> Segment {
        Segment(first: first, end: end, stride: 2, step: 10, cycle: 0, version: 1)
    }

    @Test("do not grow for ever with daily periods")
    func bounded() throws {
        let tag = try Tag("order")
        var floors = SegmentFloors()
        for day in 1...500 {
            let period = try Tag(tag, period: "\(20_260_000 + day)")
            for place in 0..<2 { floors.reserved(segment(1, 21), of: period, from: place) }
        }
        #expect(floors.count == 2 * StoreFloors.periodsPerTag)
    }

    @Test("are kept apart, and lowered only by the tail of the last segment of the same database")
    func apart() throws {
        let tag = try Tag("order")
        var floors = SegmentFloors()
        floors.reserved(segment(2, 22), of: tag, from: 0)
        floors.reserved(segment(1, 41), of: tag, from: 1)
        _ = floors.givingBack(segment(12, 22), of: tag, to: 1)
        #expect(floors.position(of: tag, in: 1)?.next == 41)
        _ = floors.givingBack(segment(12, 22), of: tag, to: 0)
        #expect(floors.position(of: tag, in: 0)?.next == 12)
        #expect(floors.position(of: tag, in: 1)?.next == 41)
        #expect(floors.position(of: tag, in: 2) == nil)
    }
}
