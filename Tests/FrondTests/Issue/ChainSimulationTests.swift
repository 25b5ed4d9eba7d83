import Frond
import FrondTesting
import Testing

@Suite("Fallbacks and periods in simulation", .timeLimit(.minutes(10)))
struct ChainSimulationTests {
    @Test("no text twice, whatever stores, Redis, clocks and servers do while days change and tags are set")
    func promisesHold() async throws {
        var texts = 0
        var answers: [String: Int] = [:]
        var crashes = 0
        var settings = 0
        var dropped = 0
        for seed in 1...Simulations.seeds {
            await Task.yield()
            var simulation = try ChainSimulation(seed: seed)
            let report = try simulation.run()
            #expect(report.violations.isEmpty, "seed \(seed) replays it: \(report.violations.prefix(5))")
            #expect(report.sequences.count >= 2, "seed \(seed) saw no day change")
            texts += report.texts.count
            crashes += report.crashes
            settings += report.wasSet ? 1 : 0
            dropped += report.dropped
            for (generator, count) in report.answers { answers[generator.rawValue, default: 0] += count }
        }
        // The runs were no idle ones.
        let seeds = Int(Simulations.seeds)
        #expect(texts > 200 * seeds)
        #expect(crashes >= seeds)
        #expect(settings > seeds / 10)
        #expect(dropped > 0)
        for generator in ["redis", "segment", "snowflake"] {
            #expect(answers[generator, default: 0] > 10 * seeds, "\(answers)")
        }
    }

    @Test(
        "each guard is needed: without it the simulation finds a text that comes twice",
        arguments: [ChainSimulation.Omission.sequences, .floor, .confirmation, .oneDate, .lateness])
    func guardsAreNeeded(omission: ChainSimulation.Omission) throws {
        let violated = try (1...200 as ClosedRange<UInt64>).contains { seed in
            var simulation = try ChainSimulation(seed: seed, omitting: omission)
            return try !simulation.run().violations.isEmpty
        }
        #expect(violated)
    }
}
