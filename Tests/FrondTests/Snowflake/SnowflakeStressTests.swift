import Frond
import FrondTesting
import Synchronization
import Testing

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// To be run under ThreadSanitizer as well. That does not see into `Mutex`, and takes what it guards for a race: the
/// clock guard is kept out of it by a jump that cannot be.
@Suite("The snowflake generator on many threads", .timeLimit(.minutes(10)))
struct SnowflakeStressTests {
    private static func policy(maxAhead: Duration) -> SnowflakePolicy {
        SnowflakePolicy(maxAhead: maxAhead, maxForwardJump: .seconds(100_000), spreadSeed: 3)
    }

    /// Threads claim while another switches between worker IDs, early releases and later horizons every few IDs. As in
    /// a registry, a worker ID is taken again only at or above the horizon that was given back.
    @Test("no ID comes twice and none is beyond what was given back, with a lease for every few IDs")
    func survivesLeaseSwitches() async throws {
        // Far ahead of the clock, so that leases can follow each other as fast as they can be made.
        let generator = try SnowflakeGenerator(
            layout: .test(sequenceBits: 4), policy: Self.policy(maxAhead: .seconds(1000)))
        let switching = LeaseSwitching()
        let ids = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for _ in 0..<3 {
                // Threads of their own, which the system switches between wherever it likes.
                group.addTask { try await BlockingThread().run { switching.claim(from: generator) } }
            }
            group.addTask {
                try await BlockingThread().run { switching.run(generator) }
                return []
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let all = ids.joined()
        #expect(all.count > 1000)
        #expect(Set(all).count == all.count, "an ID came twice")
        for thread in ids {
            // A lease that begins below the last one, as after a clock accident, is the exception: none here.
            #expect(zip(thread, thread.dropFirst()).allSatisfy { $0 < $1 }, "IDs of one thread went back")
        }
        let layout = generator.layout
        let reserved = switching.reservations.withLock { $0 }
        let ticks = try Set(
            all.map { id in
                var parts = try layout.decode(id)
                parts.sequence = 0
                return parts
            })
        for parts in ticks {
            let milliseconds = layout.milliseconds(ofTick: parts.tick)
            let isReserved = Self.covers(reserved[parts.workerID, default: []], milliseconds)
            #expect(isReserved, "\(parts) is outside of what was reserved")
        }
    }

    /// Returns true if one of the ranges, which are in order, holds a moment.
    private static func covers(_ ranges: [Range<Int64>], _ milliseconds: Int64) -> Bool {
        var candidates = ranges[...]
        while !candidates.isEmpty {
            let middle = candidates.startIndex + candidates.count / 2
            if candidates[middle].contains(milliseconds) { return true }
            candidates =
                milliseconds < candidates[middle].lowerBound ? candidates[..<middle] : candidates[(middle + 1)...]
        }
        return false
    }

    @Test("batches and single IDs of many threads never overlap")
    func batchesAreDisjoint() async throws {
        let generator = try SnowflakeGenerator(
            layout: .test(sequenceBits: 12), policy: Self.policy(maxAhead: .milliseconds(10)))
        generator.install(.test(horizon: SystemTimeSource().wallMilliseconds + 100_000))
        let ids = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for task in 0..<4 {
                group.addTask {
                    var ids: [Int64] = []
                    for round in 0..<100 {
                        ids.append(contentsOf: try await generator.next(count: 1 + (round * 37 + task) % 900))
                        ids.append(try await generator.next())
                    }
                    return ids
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for thread in ids { #expect(zip(thread, thread.dropFirst()).allSatisfy { $0 < $1 }) }
        let all = ids.joined()
        #expect(Set(all).count == all.count)
    }
}

/// Hands worker IDs from one lease to the next, with the least floor there may be.
private final class LeaseSwitching: Sendable {
    let isDone = Atomic(false)
    private static let rounds = 20_000
    /// The number of claims before which the switching goes on, for up to ten times the rounds.
    private static let enoughClaims = 5000
    /// The times that were issued from, by worker ID: milliseconds.
    let reservations = Mutex<[Int64: [Range<Int64>]]>([:])

    /// The number of threads that claim.
    private let claimers = Atomic(0)
    private let claims = Atomic(0)

    func claim(from generator: SnowflakeGenerator) -> [Int64] {
        claimers.wrappingAdd(1, ordering: .relaxed)
        var ids: [Int64] = []
        while !isDone.load(ordering: .acquiring) {
            if let id = generator.nextIfReady() {
                ids.append(id)
                claims.wrappingAdd(1, ordering: .relaxed)
            }
        }
        return ids
    }

    func run(_ generator: SnowflakeGenerator) {
        while claimers.load(ordering: .relaxed) < 3 { sched_yield() }
        let clock = SystemTimeSource()
        var floors = [Int64](repeating: 0, count: 2)
        // Each round uses up four ticks at most: far fewer in all than IDs may be ahead of the clock.
        for round in 1...(10 * Self.rounds) {
            if round > Self.rounds, claims.load(ordering: .relaxed) >= Self.enoughClaims { break }
            // Lets others have the processor, where there are fewer of them than threads: here with no lease, and
            // below with one.
            if round % 10 == 0 { sched_yield() }
            let workerID = Int64(round % 2)
            let floor = floors[round % 2]
            let horizon = max(clock.wallMilliseconds, floor) + 20
            generator.install(.test(workerID, floor: floor, horizon: horizon))
            if round % 10 == 5 { sched_yield() }
            for _ in 0..<(round % 50) {
                if generator.nextIfReady() == nil { break }
                if round % 7 == 0 { generator.raise(horizonMilliseconds: horizon + 5) }
            }
            let end = max(generator.close(), floor)
            floors[round % 2] = end
            reservations.withLock { $0[workerID, default: []].append(floor..<end) }
        }
        isDone.store(true, ordering: .releasing)
    }
}
