import Frond
import FrondTesting
import Synchronization
import Testing

@Suite("The snowflake generator", .timeLimit(.minutes(5)))
struct SnowflakeGeneratorTests {
    private let time = ManualTimeSource()

    private func makeGenerator(
        _ layout: SnowflakeLayout = .test, horizon: Duration = .seconds(60),
        policy: SnowflakePolicy = SnowflakePolicy(spreadSeed: 1)
    ) throws -> SnowflakeGenerator {
        let generator = try SnowflakeGenerator(layout: layout, policy: policy, time: time)
        generator.install(.test(horizon: time.wallMilliseconds + horizon.wholeMilliseconds))
        return generator
    }

    @Test("IDs carry the time, the datacenter and the worker")
    func carriesItsParts() throws {
        let generator = try SnowflakeGenerator(layout: .twitter, datacenterID: 3, time: time)
        generator.install(.test(17, horizon: time.wallMilliseconds + 1000))
        let parts = try generator.layout.decode(#require(generator.nextIfReady()))
        #expect(parts.datacenterID == 3)
        #expect(parts.workerID == 17)
        #expect(generator.layout.milliseconds(ofTick: parts.tick) == time.wallMilliseconds)
    }

    @Test("an ID made by the machine's own clock bears the tick of its request")
    func isNotLate() throws {
        let system = SystemTimeSource()
        // 22 bits of sequence: of the next tick no more is borrowed than what the spread left out of this one.
        let generator = try SnowflakeGenerator(layout: .test(sequenceBits: 22))
        generator.install(.test(horizon: system.wallMilliseconds + 600_000))
        let end = system.monotonic + .milliseconds(300)
        while system.monotonic < end {
            let before = system.wallMilliseconds
            let id = try #require(generator.nextIfReady())
            let after = system.wallMilliseconds
            let moment = generator.layout.milliseconds(ofTick: try generator.layout.decode(id).tick)
            try #require((before...(after + 1)).contains(moment))
            #expect(id >= generator.layout.leastID(ofTickContainingMilliseconds: before))
        }
    }

    @Test("a datacenter ID beyond its width is refused")
    func refusesDatacenters() {
        #expect(throws: FrondError.self) { _ = try SnowflakeGenerator(layout: .leaf, datacenterID: 1, time: time) }
    }

    @Test("without a worker ID there is no ID, and the reason is the keeper's")
    func needsALease() async throws {
        let generator = try SnowflakeGenerator(layout: .test, time: time)
        #expect(generator.nextIfReady() == nil)
    }

    @Test("a full tick borrows from the next ones, up to the bound")
    func borrows() throws {
        let generator = try makeGenerator()
        var last: Int64 = -1
        var count = 0
        while let id = generator.nextIfReady() {
            #expect(id > last)
            last = id
            count += 1
        }
        // The first tick may begin anywhere; ten more are borrowed.
        #expect((10 * 4096 + 1...11 * 4096).contains(count))
        let tick = try generator.layout.decode(last).tick
        #expect(generator.layout.milliseconds(ofTick: tick) == time.wallMilliseconds + 10)
        time.advance(by: .milliseconds(1))
        var more = 0
        while generator.nextIfReady() != nil { more += 1 }
        #expect(more == 4096)
    }

    @Test("a caller beyond the bound waits for the clock, and then gets its ID")
    func waits() async throws {
        let generator = try makeGenerator()
        while generator.nextIfReady() != nil {}
        async let id = generator.next()
        await time.waitForSleepers(1)
        time.advance(by: .milliseconds(6))
        let parts = try generator.layout.decode(try await id)
        #expect(parts.sequence == 0)
    }

    @Test("a cancelled caller stops waiting")
    func cancels() async throws {
        let generator = try makeGenerator()
        while generator.nextIfReady() != nil {}
        let task = Task { try await generator.next() }
        await time.waitForSleepers(1)
        task.cancel()
        let error = await #expect(throws: FrondError.self) { try await task.value }
        #expect(error?.code == .cancelled)
    }

    @Test("more callers than the bound are refused")
    func refusesACrowd() async throws {
        let generator = try makeGenerator(policy: SnowflakePolicy(maxWaiters: 1))
        while generator.nextIfReady() != nil {}
        let waiting = Task { try await generator.next() }
        await time.waitForSleepers(1)
        let error = await #expect(throws: FrondError.self) { try await generator.next() }
        #expect(error?.code == .overloaded)
        time.advance(by: .seconds(1))
        _ = try await waiting.value
    }

    @Test("n at once are exactly n, increasing, also over many ticks", arguments: [1, 2, 4096, 5000, 45_000])
    func givesMany(count: Int) async throws {
        for layout in [SnowflakeLayout.test, .sonyflake] {
            guard count <= 5000 || layout == .test else { continue }
            let generator = try makeGenerator(layout)
            let ids = try await lettingTimePass { try await generator.next(count: count) }
            #expect(ids.count == count)
            #expect(zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 })
        }
    }

    /// Lets time pass whenever somebody sleeps.
    private func lettingTimePass<Value: Sendable>(
        _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        let clock = Task { [time] in
            while !Task.isCancelled {
                await time.waitForSleepers(1)
                time.advanceToNextSleeper()
            }
        }
        defer { clock.cancel() }
        return try await body()
    }

    @Test("a count that does not fit the wait is refused, naming the range", arguments: [0, -5, 4096 * 1000 + 1])
    func refusesCounts(count: Int) async throws {
        let generator = try makeGenerator()
        let error = await #expect(throws: FrondError.self) { try await generator.next(count: count) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("1 to 4096000") ?? false)
    }

    @Test("nothing is issued at or above the horizon, until it is moved")
    func stopsAtTheHorizon() throws {
        let generator = try makeGenerator(horizon: .milliseconds(5))
        let limit = time.wallMilliseconds + 5
        var count = 0
        while let id = generator.nextIfReady() {
            let tick = try generator.layout.decode(id).tick
            #expect(generator.layout.milliseconds(ofTick: tick) < limit)
            count += 1
        }
        #expect((4 * 4096 + 1...5 * 4096).contains(count))
        time.advance(by: .seconds(1))
        #expect(generator.nextIfReady() == nil)
        generator.raise(horizonMilliseconds: time.wallMilliseconds + 5)
        #expect(generator.nextIfReady() != nil)
    }

    @Test("a new lease begins at its floor")
    func beginsAtTheFloor() throws {
        let generator = try SnowflakeGenerator(layout: .test, time: time)
        generator.install(.test(floor: time.wallMilliseconds + 5, horizon: time.wallMilliseconds + 100))
        let parts = try generator.layout.decode(#require(generator.nextIfReady()))
        #expect(generator.layout.milliseconds(ofTick: parts.tick) == time.wallMilliseconds + 5)
    }

    @Test("a floor or horizon inside a tick reserves the whole ticks between", arguments: [0, 1, 999])
    func roundsToWholeTicks(offset: Int64) throws {
        let words = SnowflakeWords(
            layout: .test(sequenceBits: 4, tick: 1000), maxAhead: .milliseconds(10), spreadSeed: 1)
        let tickStart: Int64 = 1_704_067_200_000
        let tick = words.tick(ofMilliseconds: tickStart)
        #expect(words.firstWord(floorMilliseconds: tickStart + offset) == (offset == 0 ? tick : tick + 1) << 4)
        #expect(words.limitWord(horizonMilliseconds: tickStart + offset) == tick << 4)
    }

    @Test("a closed lease issues no more, and says what was issued")
    func closes() throws {
        let generator = try makeGenerator()
        let id = try #require(generator.nextIfReady())
        let tick = try generator.layout.decode(id).tick
        #expect(generator.close() == generator.layout.milliseconds(ofTick: tick + 1))
        #expect(generator.nextIfReady() == nil)
        #expect(generator.close() == generator.layout.milliseconds(ofTick: tick + 1))
    }

    @Test("IDs keep increasing across a change of the worker ID")
    func increasesAcrossLeases() throws {
        let generator = try makeGenerator()
        var last: Int64 = -1
        for workerID in [Int64(9), 2, 7, 1] {
            for _ in 0..<10 {
                let id = try #require(generator.nextIfReady())
                #expect(id > last)
                last = id
            }
            generator.close()
            generator.install(.test(workerID, horizon: time.wallMilliseconds + 1000))
        }
    }

    @Test("a clock a little behind goes on from the last ID", arguments: [1, 5, 9])
    func goesOnBehind(step: Int) throws {
        let generator = try makeGenerator()
        let before = try #require(generator.nextIfReady())
        time.jumpWall(by: .milliseconds(-step))
        let after = try #require(generator.nextIfReady())
        #expect(after == before + 1)
        #expect(generator.clockState == .ok)
    }

    @Test("a clock far behind is an error that says by how much, and recovers by itself")
    func refusesBehind() async throws {
        let generator = try makeGenerator(horizon: .seconds(7200))
        let before = try #require(generator.nextIfReady())
        time.jumpWall(by: .seconds(-3600))
        #expect(generator.nextIfReady() == nil)
        let error = await #expect(throws: FrondError.self) { try await generator.next() }
        #expect(error?.code == .clockMovedBackwards)
        #expect(generator.clockState == .behind(by: .seconds(3600) - .milliseconds(10)))
        time.jumpWall(by: .seconds(3600))
        #expect(try #require(generator.nextIfReady()) > before)
        #expect(generator.clockState == .ok)
    }

    @Test("a clock behind by less than a caller waits is waited for")
    func waitsBehind() async throws {
        let generator = try makeGenerator()
        let before = try #require(generator.nextIfReady())
        time.jumpWall(by: .milliseconds(-500))
        async let id = generator.next()
        await time.waitForSleepers(1)
        time.advance(by: .milliseconds(490))
        #expect(try await id > before)
    }

    @Test("a wrong jump forward burns no time: IDs go on with the monotonic clock")
    func ignoresJumps() throws {
        let generator = try makeGenerator(horizon: .seconds(1_000_000_000))
        let now = time.wallMilliseconds
        time.jumpWall(by: .seconds(315_360_000))
        let parts = try generator.layout.decode(#require(generator.nextIfReady()))
        #expect(generator.layout.milliseconds(ofTick: parts.tick) == now)
        #expect(generator.clockState == .ahead(by: .seconds(315_360_000)))
    }

    @Test("the last tick of a layout is an error, never a negative number")
    func endsClearly() async throws {
        let layout = SnowflakeLayout(
            unchecked: 1, epochMilliseconds: time.wallMilliseconds - 1000, tickBits: 10, datacenterBits: 0,
            workerBits: 31, sequenceBits: 22)
        let generator = try makeGenerator(layout, horizon: .seconds(1000))
        #expect(try #require(generator.nextIfReady()) > 0)
        time.advance(by: .milliseconds(22))
        #expect(try #require(generator.nextIfReady()) > 0)
        time.advance(by: .milliseconds(1))
        #expect(generator.nextIfReady() == nil)
        let error = await #expect(throws: FrondError.self) { try await generator.next() }
        #expect(error?.code == .layoutExhausted)
        time.advance(by: .seconds(5))
        #expect(generator.nextIfReady() == nil)
    }

    @Test("at low rates the low bits are evenly spread", arguments: [2, 16, 32, 1024])
    func spreads(modulus: Int) throws {
        for (layout, pause) in [
            (SnowflakeLayout.test, Duration.milliseconds(1)), (.test, .milliseconds(7)), (.test, .seconds(1)),
            (.test(sequenceBits: 22), .milliseconds(3)), (.test(sequenceBits: 13, tick: 1000), .milliseconds(2500)),
        ] {
            let generator = try makeGenerator(layout, horizon: .seconds(100_000_000))
            var counts = [Int](repeating: 0, count: modulus)
            let total = modulus * 30
            for index in 0..<total {
                // One, two or three at a time, as requests come.
                let id = try #require(generator.nextIfReady())
                counts[Int(id % Int64(modulus))] += 1
                if index % 3 != 0 { time.advance(by: pause) }
            }
            let expected = Double(total) / Double(modulus)
            let chiSquare = counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
            // Its mean is modulus − 1 and its variance twice that: five deviations and a little.
            let bound = Double(modulus - 1) + 5 * (2 * Double(modulus - 1)).squareRoot() + 5
            #expect(chiSquare < bound, "\(layout), every \(pause): \(chiSquare)")
        }
    }
}
