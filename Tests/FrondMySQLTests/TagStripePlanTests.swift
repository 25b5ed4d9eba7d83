import Frond
import Testing

@testable import FrondMySQL

/// Servers that reserve, and operators who spread the tag, some of whom break off, step by step in an order of the
/// seed.
private struct SpreadSimulation {
    var random: SplitMix64
    let plan: TagStripePlan
    var rows: [TagSpreadRow?]
    var issued: Set<Int64> = []
    var fault: String?
    var refusals = 0

    /// The rows that a writer read, and writes unless another came first.
    private enum Intent {
        case nothing
        case reserve(TagSpreadRow, Segment, TagRecord, place: Int)
        case spread(TagStripePlan.Step)
    }

    init(seed: UInt64, old: Int, places: Int, tag: Tag) throws {
        random = SplitMix64(seed: seed)
        // So near that servers reach the barrier, and that rows pass it before they get it.
        plan = TagStripePlan(tag: tag, places: places, room: Int64.random(in: 0...60, using: &random))
        rows = Array(repeating: nil, count: places)
        for place in 0..<old {
            var record = try TagSettings(step: 3).newRecord(tag, nowMilliseconds: 0)
            record.stripe = TagStripe(index: Int64(place), count: Int64(old))
            record.maxID = Int64.random(in: 1...60, using: &random)
            rows[place] = TagSpreadRow(record: record, spreadsTo: nil)
        }
    }

    /// One operator does what remains, undisturbed.
    mutating func finish() throws {
        for _ in 0..<100 where try !perform(plan.next(rows)) {}
    }

    mutating func run(steps: Int) {
        var intents = [Intent](repeating: .nothing, count: 8)
        // What each operator has seen so far: rows are read one by one.
        var views = [[Int: TagSpreadRow?]](repeating: [:], count: 3)
        for _ in 0..<steps {
            let actor = Int.random(in: 0..<8, using: &random)
            if actor < 3 {
                if case .spread(let step) = intents[actor] {
                    // One in eight breaks off, and begins anew.
                    if Int.random(in: 0..<8, using: &random) > 0 { _ = perform(step) }
                    intents[actor] = .nothing
                    views[actor] = [:]
                } else if let place = rows.indices.first(where: { views[actor][$0] == nil }) {
                    views[actor][place] = .some(rows[place])
                } else {
                    let seen = rows.indices.map { views[actor][$0] ?? nil }
                    intents[actor] = (try? plan.next(seen)).map(Intent.spread) ?? .nothing
                    views[actor] = [:]
                }
            } else if case .reserve(let row, let segment, let successor, let place) = intents[actor] {
                take(row, segment, successor, place)
                intents[actor] = .nothing
            } else {
                let place = Int.random(in: 0..<rows.count, using: &random)
                guard let row = rows[place] else { continue }
                // Some servers have had far numbers already, of this or another row.
                let far = Int64.random(in: 0...(issued.max() ?? 0), using: &random)
                let least = Bool.random(using: &random) ? SegmentPosition(cycle: 0, next: far) : nil
                do throws(FrondError) {
                    let (segment, successor) = try row.record.reserving(atLeast: nil, after: nil, notBelow: least)
                    intents[actor] = .reserve(row, segment, successor, place: place)
                } catch {
                    refusals += 1
                }
            }
        }
    }

    private mutating func take(_ row: TagSpreadRow, _ segment: Segment, _ successor: TagRecord, _ place: Int) {
        guard let present = rows[place], present.record.version == row.record.version,
            present.record.maxID == row.record.maxID
        else { return }
        rows[place]?.record = successor
        for number in NumberRun(first: segment.first, count: segment.count, stride: segment.stride) {
            if !issued.insert(number).inserted { fault = "number \(number) came twice" }
        }
    }

    private mutating func perform(_ step: TagStripePlan.Step) -> Bool {
        switch step {
        case .finished: return true
        case .insert(let record, let place):
            if rows[place] == nil { rows[place] = TagSpreadRow(record: record, spreadsTo: nil) }
        case .swap(let row, let successor, let place):
            if let present = rows[place], present.record.version == row.record.version,
                present.record.maxID == row.record.maxID
            {
                rows[place] = successor
            }
        }
        return false
    }
}

@Suite("Spreading a tag over more databases: what is decided", .timeLimit(.minutes(5)))
struct TagStripePlanTests {
    @Test(
        "no number comes twice, whoever breaks off, begins again or does it at the same time, while servers go on",
        arguments: [(1, 2), (1, 3), (2, 3), (2, 5), (3, 4), (4, 6)])
    func simulation(old: Int, places: Int) throws {
        for seed in 0..<150 as Range<UInt64> {
            var simulation = try SpreadSimulation(seed: seed, old: old, places: places, tag: Tag("order"))
            simulation.run(steps: Int.random(in: 10...1500, using: &simulation.random))
            try simulation.finish()
            simulation.run(steps: 500)
            #expect(simulation.fault == nil, "seed \(seed)")
            #expect(simulation.rows.allSatisfy { $0?.record.stripe.count == Int64(places) }, "seed \(seed)")
            #expect(simulation.issued.count > 100, "seed \(seed)")
        }
    }

    private func row(_ stripe: Int64, of stripes: Int64, _ change: (inout TagRecord) -> Void = { _ in }) throws
        -> TagSpreadRow
    {
        var record = try TagSettings(step: 10).newRecord(Tag("order"), nowMilliseconds: 0)
        record.stripe = TagStripe(index: stripe, count: stripes)
        change(&record)
        return TagSpreadRow(record: record, spreadsTo: nil)
    }

    private func refusal(_ rows: [TagSpreadRow?]) throws -> FrondError.Code? {
        do throws(FrondError) {
            _ = try TagStripePlan(tag: Tag("order"), places: rows.count).next(rows)
            return nil
        } catch {
            return error.code
        }
    }

    @Test("what cannot be done is refused, and what is done already is finished")
    func refusals() throws {
        #expect(try refusal([nil, nil]) == .unknownTag)
        #expect(try refusal([nil, row(0, of: 1)]) == .storeCorrupt, "the old ones come first")
        #expect(try refusal([row(0, of: 1), row(0, of: 1)]) == .storeCorrupt, "two tags of one name")
        #expect(try refusal([row(1, of: 2), row(0, of: 2), nil]) == .storeCorrupt, "in another order")
        #expect(try refusal([row(0, of: 2), nil, nil]) == .storeCorrupt, "an old one is missing")
        #expect(try refusal([row(0, of: 3), row(1, of: 3)]) == .invalidArgument, "too few")
        #expect(try refusal([row(0, of: 1) { $0.cycles = true }, nil]) == .invalidArgument)
        #expect(try refusal([row(0, of: 1) { $0.maxID = $0.maxValue }, nil]) == .exhausted)
        #expect(try refusal([row(0, of: 2), row(1, of: 3), nil]) == .storeCorrupt, "one was restored from before")
        var other = try row(0, of: 1) { $0.barrier = 1000 }
        other.spreadsTo = 3
        #expect(try refusal([other, nil]) == .invalidArgument, "it is being spread over another number")
        let done = try [row(0, of: 2), row(1, of: 2)]
        #expect(try TagStripePlan(tag: Tag("order"), places: 2).next(done) == .finished)
    }
}
