import Foundation
import Testing

@testable import FrondRedis

@Suite("Counters in Redis, in simulation", .timeLimit(.minutes(10)))
struct RedisSimulationTests {
    private let seeds = ProcessInfo.processInfo.environment["FROND_SIMULATION_SEEDS"].flatMap(UInt64.init) ?? 200

    @Test("no number twice, none goes back unless Redis lost it, and every server comes back, whatever fails")
    func promisesHold() async throws {
        var issued = 0
        var failures = 0
        var events: [RedisCounterEvent.Kind: Int] = [:]
        for seed in 1...seeds {
            await Task.yield()
            var simulation = try RedisSimulation(seed: seed)
            let report = simulation.run()
            #expect(report.violations.isEmpty, "seed \(seed) replays it: \(report.violations.prefix(5))")
            issued += report.issued.count
            failures += report.failures
            events.merge(report.events, uniquingKeysWith: +)
        }
        // The runs were no idle ones.
        let atLeast = Int(seeds)
        #expect(issued > 1000 * atLeast)
        #expect(failures > atLeast)
        for kind in RedisCounterEvent.Kind.allCases { #expect(events[kind] != nil, "\(kind)") }
    }

    @Test("no number twice from one server, though old copies are put back within a run")
    func copiesPutBack() async throws {
        var wentBack = 0
        for seed in 1...seeds {
            await Task.yield()
            var simulation = try RedisSimulation(
                seed: seed, configuration: .init(servers: 1, putsCopiesBack: true))
            let report = simulation.run()
            #expect(report.violations.isEmpty, "seed \(seed) replays it: \(report.violations.prefix(5))")
            wentBack += report.events[.wentBack, default: 0]
        }
        #expect(wentBack > Int(seeds))
    }

    @Test("without a guard a promise is broken", arguments: RedisSimulation.Guard.allCases)
    func everyGuardIsNeeded(removed: RedisSimulation.Guard) async throws {
        let isMemory = removed == .memory
        let promise = removed == .installCompare ? "went back though nothing was lost" : "was issued twice"
        for seed in 1...300 as ClosedRange<UInt64> {
            await Task.yield()
            var simulation = try RedisSimulation(
                seed: seed,
                configuration: .init(servers: isMemory ? 1 : 3, putsCopiesBack: isMemory, removedGuard: removed))
            if simulation.run().violations.contains(where: { $0.hasSuffix(promise) }) { return }
        }
        Issue.record("the simulation does not notice that \(removed) is missing")
    }

    @Test("a seed replays exactly")
    func replays() throws {
        var first = try RedisSimulation(seed: 7)
        var second = try RedisSimulation(seed: 7)
        let (one, other) = (first.run(), second.run())
        #expect(one.issued == other.issued)
        #expect(one.events == other.events)
    }
}
