import Frond
import Testing

@testable import FrondServer

@Suite("The parts of Tinyid's interface", .timeLimit(.minutes(5)))
struct TinyidPartsTests {
    private func segment(_ first: Int64, _ end: Int64, by stride: Int64 = 1) throws -> TinyidSegment {
        let segment = Segment(first: first, end: end, stride: stride, step: 1, cycle: 0, version: 1)
        return try TinyidSegment(segment, of: try Tag("order"))
    }

    @Test(
        "a client issues the numbers of the segment and no others",
        arguments: [
            (1, 1001, 1), (0, 1, 1), (0, 10, 1), (7, 27, 4), (0, 20, 2), (1, 20, 2), (1023, 5000, 1024), (5, 6, 3),
            (1000, 1013, 3),
        ] as [(Int64, Int64, Int64)])
    func numbers(first: Int64, end: Int64, stride: Int64) throws {
        let reserved = Segment(first: first, end: end, stride: stride, step: 1, cycle: 0, version: 1)
        let tinyid = try segment(first, end, by: stride)
        #expect(tinyid.loading >= tinyid.current && tinyid.loading <= tinyid.max)
        let body = "\(tinyid.current),\(tinyid.loading),\(tinyid.max),\(tinyid.delta),\(tinyid.remainder)"
        #expect(tinyidNumbers(body) == NumberRun(first: first, count: reserved.count, stride: stride).map(\.self))
    }

    @Test("the next segment is fetched when a fifth is used")
    func loading() throws {
        #expect(try segment(1, 1001).loading == 200)
        #expect(try segment(2001, 2004).loading == 2000)
    }

    @Test("a segment near 2^63 is refused: a client would count past its end to negative numbers")
    func nearTheEnd() throws {
        let largest = TinyidSegment.largest
        #expect(try segment(largest - 10, largest + 1).max == largest)
        let error = #expect(throws: FrondError.self) { try segment(largest - 10, largest + 2) }
        #expect(error?.code == .exhausted)
        #expect(error?.message.contains("/api/segment/get/order") == true)
    }

    @Test("failures of one code are logged once in ten seconds, with the number of those left out")
    func log() {
        var log = LogThrottle<String>(interval: FailureLog.interval, capacity: 100)
        #expect(log.failed("unknown-tag", now: .seconds(1)) == 0)
        #expect(log.failed("unknown-tag", now: .seconds(2)) == nil)
        #expect(log.failed("exhausted", now: .seconds(2)) == 0)
        #expect(log.failed("unknown-tag", now: .seconds(10)) == nil)
        #expect(log.failed("unknown-tag", now: .seconds(11)) == 2)
        #expect(log.failed("unknown-tag", now: .seconds(21)) == 0)
    }
}
