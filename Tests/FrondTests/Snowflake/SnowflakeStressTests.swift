import Frond
import FrondTesting
import Synchronization
import Testing

@Suite("The snowflake generator on many threads")
struct SnowflakeStressTests {
    /// Threads claim while another switches between worker IDs, early releases and later horizons every few IDs. As in a
    /// registry, a worker ID is taken again only at or above the horizon that was given back.
    @Test("No ID comes twice and none is beyond what was given back, with a lease for every few IDs")
    func survivesLeaseSwitches() async throws {
        // Far ahead of the clock, so that leases can follow each other as fast as they can be made.
        let generator = try SnowflakeGenerator(
            layout: .test(sequenceBits: 4), policy: SnowflakePolicy(maxAhead: .seconds(1000), spreadSeed: 3))
        let switching = LeaseSwitching()
        let ids = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var ids: [Int64] = []
                    while !switching.isDone.load(ordering: .acquiring) {
                        for _ in 0..<100 {
                            if let id = generator.nextIfReady() { ids.append(id) }
                        }
                        // There may be fewer threads than tasks.
                        await Task.yield()
                    }
                    return ids
                }
            }
            group.addTask {
                await switching.run(generator)
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

    /// Whether one of the ranges, which are in order, holds a moment.
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

    @Test("Batches and single IDs of many threads never overlap")
    func batchesAreDisjoint() async throws {
        let generator = try SnowflakeGenerator(layout: .test(sequenceBits: 12))
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
    /// What was issued from, by worker ID: milliseconds.
    let reservations = Mutex<[Int64: [Range<Int64>]]>([:])

    func run(_ generator: SnowflakeGenerator) async {
        let clock = SystemTimeSource()
        var floors = [Int64](repeating: 0, count: 2)
        var round = 0
        // Each round uses up four ticks at most: far fewer in all than IDs may be ahead of the clock.
        while round < Self.rounds {
            round += 1
            // Lets others have the thread, where there are fewer threads than tasks.
            if round % 10 == 0 { await Task.yield() }
            let workerID = Int64(round % 2)
            let floor = floors[round % 2]
            let horizon = max(clock.wallMilliseconds, floor) + 20
            generator.install(.test(workerID, floor: floor, horizon: horizon))
            for _ in 0..<(round % 50) {
                if generator.nextIfReady() == nil { break }
                if round % 7 == 0 { generator.raise(horizonMilliseconds: horizon + 5) }
            }
            let end = generator.close()
            floors[round % 2] = max(end, floor)
            reservations.withLock { $0[workerID, default: []].append(floor..<max(end, floor)) }
        }
        isDone.store(true, ordering: .releasing)
    }
}
