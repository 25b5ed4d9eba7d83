import Frond
import Testing

@testable import FrondMySQL

/// Servers that make one tag in three databases, step by step in an order of the seed, some of which break off.
private struct CreationSimulation {
    var random: SplitMix64
    let record: TagRecord
    /// The databases as each server lists them.
    let lists: [[Int]]
    var rows: [TagRecord?] = [nil, nil, nil]
    var views: [[TagRecord??]]
    var intents: [TagCreationPlan.Step?]

    init(seed: UInt64, lists: [[Int]]) throws {
        random = SplitMix64(seed: seed)
        record = try TagSettings().newRecord(Tag("order"), nowMilliseconds: 0)
        self.lists = lists
        views = Array(repeating: [], count: lists.count)
        intents = Array(repeating: nil, count: lists.count)
    }

    mutating func run(steps: Int) {
        for _ in 0..<steps {
            let server = Int.random(in: lists.indices, using: &random)
            if let step = intents[server] {
                if Int.random(in: 0..<8, using: &random) > 0 { perform(step, lists[server]) }
                intents[server] = nil
                views[server] = []
            } else if views[server].count < 3 {
                // Rows are read one by one.
                views[server].append(rows[lists[server][views[server].count]])
            } else {
                let seen = views[server].map { $0 ?? nil }
                intents[server] = try? TagCreationPlan(record, places: 3).next(seen)
                views[server] = []
            }
        }
    }

    private mutating func perform(_ step: TagCreationPlan.Step, _ list: [Int]) {
        switch step {
        case .insert(let row, let place): if rows[list[place]] == nil { rows[list[place]] = row }
        case .open(let successor, let row, let place):
            if rows[list[place]]?.version == row.version { rows[list[place]] = successor }
        case .finished: break
        }
    }

    /// The parts of the numbers that are given out.
    var open: [Int64] { rows.compactMap(\.self).filter { !$0.isClosed }.map(\.stripe.index) }
}

@Suite("Making a tag in several databases", .timeLimit(.minutes(5)))
struct TagCreationPlanTests {
    @Test("lists in one order complete each other, whoever breaks off")
    func completes() throws {
        for seed in 0..<200 as Range<UInt64> {
            var simulation = try CreationSimulation(seed: seed, lists: [[0, 1, 2], [0, 1, 2], [0, 1, 2]])
            simulation.run(steps: 400)
            #expect(simulation.open == [0, 1, 2], "seed \(seed)")
        }
    }

    @Test("lists in different orders never open the same part of the numbers in two databases")
    func contradicting() throws {
        var opened = 0
        for seed in 0..<500 as Range<UInt64> {
            var simulation = try CreationSimulation(seed: seed, lists: [[0, 1, 2], [1, 0, 2], [2, 0, 1]])
            simulation.run(steps: 300)
            #expect(Set(simulation.open).count == simulation.open.count, "seed \(seed): \(simulation.rows)")
            opened += simulation.open.isEmpty ? 0 : 1
        }
        #expect(opened > 50, "now and then one of them was alone and came through")
    }
}
