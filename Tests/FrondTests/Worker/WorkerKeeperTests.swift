import Frond
import FrondTesting
import Synchronization
import Testing

@Suite("The keeper of a worker ID", .timeLimit(.minutes(5)))
struct WorkerKeeperTests {
    private typealias FaultyStore = FaultInjectingWorkerStore<InMemoryWorkerStore>

    private let time = ManualTimeSource()
    private let records = InMemoryWorkerStore()
    private let store: FaultInjectingWorkerStore<InMemoryWorkerStore>
    private let registry: StoredWorkerRegistry<FaultInjectingWorkerStore<InMemoryWorkerStore>>

    init() {
        store = FaultInjectingWorkerStore(records, time: time)
        registry = StoredWorkerRegistry(store)
    }

    private func makeKeeper(
        _ layout: SnowflakeLayout = .test, policy: WorkerPolicy = WorkerPolicy()
    ) throws -> WorkerKeeper {
        let generator = try SnowflakeGenerator(layout: layout, policy: SnowflakePolicy(), time: time)
        return WorkerKeeper(generator: generator, registry: registry, holder: .test, policy: policy)
    }

    /// Runs a keeper beside a test, and ends it.
    private func running(_ keeper: WorkerKeeper, _ body: () async throws -> Void) async throws {
        let run = Task { try await keeper.run() }
        do {
            try await body()
        } catch {
            run.cancel()
            throw error
        }
        run.cancel()
        try await run.value
    }

    /// Lets time pass in small steps until something is so; by 60 virtual seconds at most.
    private func passTime(
        upTo limit: Duration = .seconds(60), step: Duration = .milliseconds(100), until condition: () -> Bool
    ) async -> Bool {
        let end = time.monotonic + limit
        while time.monotonic < end {
            for _ in 0..<20 {
                if condition() { return true }
                await Task.yield()
            }
            time.advance(by: step)
        }
        return condition()
    }

    private func expectSoon(
        within limit: Duration = .seconds(60), sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: () -> Bool
    ) async {
        let isSo = await passTime(upTo: limit, until: condition)
        #expect(isSo, "not within \(limit)", sourceLocation: sourceLocation)
    }

    private func expectNever(
        within limit: Duration, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () -> Bool
    ) async {
        let isSo = await passTime(upTo: limit, until: condition)
        #expect(!isSo, "within \(limit)", sourceLocation: sourceLocation)
    }

    @Test("takes a worker ID, keeps its horizon ahead, and gives it back at the end")
    func holds() async throws {
        let keeper = try makeKeeper()
        try await running(keeper) {
            await expectSoon { keeper.status.isReady }
            let first = try #require(keeper.status.horizonMilliseconds)
            #expect(first - time.wallMilliseconds <= 3000)
            await expectSoon { (keeper.status.horizonMilliseconds ?? 0) > first + 20_000 }
            #expect(keeper.generator.nextIfReady() != nil)
        }
        let record = try #require(try await registry.workers().first)
        #expect(record.isReleased)
        #expect(record.horizonMilliseconds <= time.wallMilliseconds + 1)
        #expect(keeper.generator.nextIfReady() == nil)
        let error = await #expect(throws: FrondError.self) { try await keeper.generator.next() }
        #expect(error?.code == .shutDown)
    }

    @Test("the horizon grows with the age of the process, up to its bound")
    func growsTheHorizon() async throws {
        let keeper = try makeKeeper(policy: WorkerPolicy(maxHorizon: .seconds(20)))
        try await running(keeper) {
            func ahead() -> Int64 { (keeper.status.horizonMilliseconds ?? 0) - time.wallMilliseconds }
            await expectSoon { keeper.status.isReady }
            await expectSoon(within: .seconds(120)) { ahead() > 19_000 }
            await expectNever(within: .seconds(60)) { ahead() > 20_000 }
        }
    }

    @Test("goes on to the horizon while the registry is away, then says so, and comes back by itself")
    func survivesAnOutage() async throws {
        let keeper = try makeKeeper()
        try await running(keeper) {
            await expectSoon { keeper.status.isReady }
            store.beginOutage()
            let horizon = try #require(keeper.status.horizonMilliseconds)
            while time.wallMilliseconds < horizon {
                #expect(keeper.generator.nextIfReady() != nil)
                _ = await passTime(upTo: .milliseconds(100)) { false }
            }
            #expect(keeper.generator.nextIfReady() == nil)
            #expect(!keeper.status.isReady)
            let error = await #expect(throws: FrondError.self) { try await keeper.generator.next() }
            #expect(error?.code == .registryUnavailable)
            store.endOutage()
            await expectSoon { keeper.status.isReady }
            #expect(keeper.generator.nextIfReady() != nil)
        }
    }

    @Test("a lost reply moves nothing until the next call has found out")
    func survivesALostReply() async throws {
        let keeper = try makeKeeper()
        try await running(keeper) {
            await expectSoon { keeper.status.isReady }
            let before = try #require(keeper.status.horizonMilliseconds)
            store.inject(.errorAfterCommit)
            var inRegistry = before
            try await waitUntil("the horizon is moved in the registry") {
                _ = await passTime(upTo: .milliseconds(20), step: .milliseconds(10)) { false }
                inRegistry = try await records.records().first?.horizonMilliseconds ?? before
                return inRegistry != before
            }
            let known = try #require(keeper.status.horizonMilliseconds)
            #expect(known == before || known >= inRegistry)
            let workerID = keeper.status.workerID
            await expectSoon { (keeper.status.horizonMilliseconds ?? 0) > inRegistry }
            #expect(keeper.status.workerID == workerID)
        }
    }

    @Test("a worker ID that was taken is dropped at once, and another is taken")
    func takesAnother() async throws {
        let keeper = try makeKeeper()
        var stolen: WorkerRecord?
        try await running(keeper) {
            await expectSoon { keeper.status.isReady }
            let workerID = try #require(keeper.status.workerID)
            let lastID = try #require(keeper.generator.nextIfReady())
            let record = try #require(try await records.record(workerID))
            var taken = record
            taken.token += 1
            taken.holder = WorkerHolder(host: "host-b", processID: 2, startedAtMilliseconds: 0)
            taken.floorMilliseconds = record.horizonMilliseconds
            taken.horizonMilliseconds += 3_600_000
            #expect(try await records.replace(record, with: taken))
            stolen = taken
            await expectSoon { keeper.status.isReady && keeper.status.workerID != workerID }
            let id = try #require(keeper.generator.nextIfReady())
            #expect(id > lastID)
            #expect(try keeper.generator.layout.decode(id).workerID != workerID)
        }
        let taken = try #require(stolen)
        #expect(try await records.record(taken.workerID) == taken, "what the new holder has was changed")
    }

    @Test("a clock that went back far is waited for at first, and then another worker ID is taken")
    func curesAClockAccident() async throws {
        let keeper = try makeKeeper()
        try await running(keeper) {
            await expectSoon { keeper.status.isReady }
            let workerID = try #require(keeper.status.workerID)
            #expect(keeper.generator.nextIfReady() != nil)
            time.jumpWall(by: .seconds(-3600))
            await expectNever(within: .seconds(9)) { keeper.status.isReady }
            #expect(keeper.status.workerID == workerID)
            await expectSoon { keeper.status.isReady }
            #expect(keeper.status.workerID != workerID)
            let id = try #require(keeper.generator.nextIfReady())
            let tick = try keeper.generator.layout.decode(id).tick
            #expect(abs(keeper.generator.layout.milliseconds(ofTick: tick) - time.wallMilliseconds) <= 10)
        }
    }

    @Test("where all worker IDs are held a start waits, saying when the next is free")
    func waitsWhereAllAreHeld() async throws {
        for index in Int64(0)..<8 {
            let record = try WorkerRecord.unused(index).acquiring(
                by: WorkerHolder(host: "host-\(index)", processID: 1, startedAtMilliseconds: 0),
                nowMilliseconds: time.wallMilliseconds, length: .seconds(20))
            #expect(try await records.replace(nil, with: record))
        }
        let keeper = try makeKeeper(.test(sequenceBits: 12))
        try await running(keeper) {
            await expectSoon { keeper.status.problem?.contains("all 8 worker IDs are held") ?? false }
            let error = await #expect(throws: FrondError.self) { try await keeper.generator.next() }
            #expect(error?.code == .workerIDsExhausted)
            await expectSoon { keeper.status.isReady }
        }
    }

    @Test("a holder stops at once, and says so, when a registry went back and gave its worker ID to another")
    func stopsAfterARestore() async throws {
        let apart = InMemoryWorkerStore(isApart: true)
        let empty = apart.copy()
        func keeper(_ host: String, onLost: @escaping @Sendable (FrondError) -> Void = { _ in }) throws -> WorkerKeeper
        {
            WorkerKeeper(
                generator: try SnowflakeGenerator(
                    layout: .test(sequenceBits: 12), policy: SnowflakePolicy(), time: time),
                registry: StoredWorkerRegistry(apart),
                holder: WorkerHolder(host: host, processID: 1, startedAtMilliseconds: 0), onLost: onLost)
        }
        let lost = Mutex<[FrondError]>([])
        let holder = try keeper("host-a") { error in lost.withLock { $0.append(error) } }
        let newcomer = try keeper("host-b")
        var ids: Set<Int64> = []
        var count = 0
        try await running(holder) {
            await expectSoon { holder.status.isReady }
            apart.restore(empty)
            // All eight worker IDs are free in the copy: the newcomer may take that of the holder.
            try await running(newcomer) {
                _ = await passTime(upTo: .seconds(20), step: .milliseconds(50)) {
                    for generator in [holder.generator, newcomer.generator] {
                        for _ in 0..<64 {
                            guard let id = generator.nextIfReady() else { break }
                            ids.insert(id)
                            count += 1
                        }
                    }
                    return false
                }
            }
        }
        #expect(ids.count == count)
        #expect(count > 1000)
    }

    @Test("a worker ID of a registry that lives apart is not used before it has settled")
    func settles() async throws {
        let apart = InMemoryWorkerStore(isApart: true)
        let keeper = WorkerKeeper(
            generator: try SnowflakeGenerator(layout: .test, policy: SnowflakePolicy(), time: time),
            registry: StoredWorkerRegistry(apart), holder: .test)
        try await running(keeper) {
            await expectSoon { keeper.status.workerID != nil }
            #expect(keeper.status.problem?.contains("was just taken") ?? false)
            await expectNever(within: .milliseconds(2800)) { keeper.generator.nextIfReady() != nil }
            await expectSoon(within: .seconds(2)) { keeper.status.isReady }
            #expect(keeper.generator.nextIfReady() != nil)
        }
        #expect(try await apart.records().allSatisfy(\.isReleased))
    }

    @Test("a worker ID that is lost while it settles is never used")
    func losesWhileSettling() async throws {
        let apart = InMemoryWorkerStore(isApart: true)
        let lost = Mutex<[FrondError]>([])
        let keeper = WorkerKeeper(
            generator: try SnowflakeGenerator(layout: .test, policy: SnowflakePolicy(), time: time),
            registry: StoredWorkerRegistry(apart), holder: .test
        ) { error in lost.withLock { $0.append(error) } }
        try await running(keeper) {
            await expectSoon { keeper.status.workerID != nil }
            let workerID = try #require(keeper.status.workerID)
            let record = try #require(try await apart.record(workerID))
            var taken = record
            taken.secret = .random()
            #expect(try await apart.replace(record, with: taken))
            await expectSoon { keeper.generator.nextIfReady() != nil || !lost.withLock(\.isEmpty) }
            #expect(lost.withLock { $0.first?.message.contains("restored from an older copy") } ?? false)
            #expect(keeper.generator.nextIfReady() == nil)
        }
    }

    @Test("a start fails where the policy says so")
    func failsAtTheStart() async throws {
        store.beginOutage()
        let keeper = try makeKeeper(policy: WorkerPolicy(start: .fail))
        let error = await #expect(throws: FrondError.self) { try await keeper.run() }
        #expect(error?.code == .registryUnavailable)
    }

    @Test("a registry that never answers does not keep the keeper from ending")
    func endsWithoutTheRegistry() async throws {
        let keeper = try makeKeeper()
        let run = Task { try await keeper.run() }
        await expectSoon { keeper.status.isReady }
        store.beginOutage(.delay(.seconds(1_000_000)))
        run.cancel()
        let hasEnded = Flag()
        let watcher = Task {
            try await run.value
            hasEnded.value.store(true, ordering: .releasing)
        }
        await expectSoon { hasEnded.value.load(ordering: .acquiring) }
        try await watcher.value
        #expect(keeper.generator.nextIfReady() == nil)
    }
}

private final class Flag: Sendable {
    let value = Atomic(false)
}
