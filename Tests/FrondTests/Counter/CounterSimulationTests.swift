import FrondTesting
import Testing

@Suite("Counters in simulation", .timeLimit(.minutes(10)))
struct CounterSimulationTests {
    @Test("no number twice, exact counts, never older than the question, everybody answered, whatever fails")
    func promisesHold() async throws {
        var issued = 0
        var draws = 0
        var crashes = 0
        var lostReplies = 0
        for seed in 1...Simulations.seeds {
            await Task.yield()
            var simulation = try CounterSimulation(seed: seed)
            let report = simulation.run()
            #expect(report.violations.isEmpty, "seed \(seed) replays it: \(report.violations.prefix(5))")
            issued += report.issued.count
            draws += report.draws
            crashes += report.crashes
            lostReplies += report.lostReplies
        }
        // The runs were no idle ones.
        let seeds = Int(Simulations.seeds)
        #expect(issued > 300 * seeds)
        #expect(issued > 3 * draws, "\(issued) numbers took \(draws) round trips")
        #expect(crashes > seeds)
        #expect(lostReplies > seeds)
    }
}
