import Frond
import FrondTesting
import Testing

@Suite("Segments in simulation", .timeLimit(.minutes(10)))
struct SegmentSimulationTests {
    @Test(
        "no ID twice, order per server, nothing unreserved, and every server comes back, whatever fails",
        arguments: [(1, false), (3, false), (2, true)])
    func promisesHold(stores: Int, cycles: Bool) async throws {
        var issued = 0
        var crashes = 0
        var givenBack = 0
        var lostReplies = 0
        var unclaimed = 0
        var operations = 0
        var begunAgain: Int64 = 0
        for seed in 1...Simulations.seeds {
            await Task.yield()
            var simulation = try SegmentSimulation(seed: seed, configuration: .init(stores: stores, cycles: cycles))
            let report = simulation.run()
            #expect(report.violations.isEmpty, "seed \(seed) replays it: \(report.violations.prefix(5))")
            issued += report.issued.count
            crashes += report.crashes
            givenBack += report.givenBack
            lostReplies += report.lostReplies
            unclaimed += report.unclaimed
            operations += report.operations
            begunAgain += report.cycles
        }
        // The runs were no idle ones.
        let seeds = Int(Simulations.seeds)
        #expect(issued > 1000 * seeds)
        #expect(crashes > seeds)
        #expect(givenBack > seeds / 2)
        #expect(lostReplies > seeds)
        #expect(unclaimed > 10 * seeds)
        #expect(operations > seeds)
        #expect(!cycles || begunAgain > seeds)
    }

    @Test(
        "requests for more than is left take nothing, and lose nothing that is in hand",
        arguments: [(1, true), (1, false), (3, true), (3, false)])
    func ends(stores: Int, hasFaults: Bool) async throws {
        var (exhausted, issued) = (0, 0)
        for seed in 1...Simulations.seeds {
            await Task.yield()
            var simulation = try SegmentSimulation(
                seed: seed, configuration: .init(stores: stores, ends: true, hasFaults: hasFaults))
            let report = simulation.run()
            #expect(report.violations.isEmpty, "seed \(seed) replays it: \(report.violations.prefix(5))")
            exhausted += report.failures[.exhausted] ?? 0
            issued += report.issued.count
        }
        #expect(exhausted > Int(Simulations.seeds))
        #expect(issued > 100 * Int(Simulations.seeds))
    }

    @Test(
        "without a guard an ID is issued twice, or numbers are taken for nothing",
        arguments: SegmentSimulation.Guard.allCases)
    func everyGuardIsNeeded(removed: SegmentSimulation.Guard) async throws {
        var broken = 0
        for seed in 1...20 as ClosedRange<UInt64> {
            await Task.yield()
            let configuration = SegmentSimulation.Configuration(
                removedGuard: removed, stores: removed == .stripes ? 2 : 1, ends: removed == .demand)
            var simulation = try SegmentSimulation(seed: seed, configuration: configuration)
            let violations = simulation.run().violations
            let fault = removed == .demand ? "numbers went to a request for" : "was issued twice"
            if violations.contains(where: { $0.contains(fault) }) { broken += 1 }
        }
        #expect(broken > 0, "the simulation does not notice that \(removed) is missing")
    }

    @Test("a seed replays exactly")
    func replays() throws {
        var first = try SegmentSimulation(seed: 7)
        var second = try SegmentSimulation(seed: 7)
        let (one, other) = (first.run(), second.run())
        #expect(one.issued == other.issued)
        #expect(one.failures == other.failures)
    }
}
