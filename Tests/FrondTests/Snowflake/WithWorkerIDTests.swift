import Frond
import FrondTesting
import Testing

@Suite("A generator that holds a worker ID while work runs", .timeLimit(.minutes(1)))
struct WithWorkerIDTests {
    @Test("issues, and gives the worker ID back at the end")
    func issues() async throws {
        let registry = InMemoryWorkerRegistry()
        let ids = try await SnowflakeGenerator.withWorkerID(from: registry) { snowflake in
            [try await snowflake.next(), try await snowflake.next()]
        }
        #expect(ids[0] < ids[1])
        let records = try await registry.workers()
        #expect(records.count == 1 && records.allSatisfy(\.isReleased))
        #expect(records.first?.holder?.processID == WorkerHolder.current.processID)
    }

    @Test("gives the worker ID back, too, where the work throws")
    func throwing() async throws {
        struct Refusal: Error {}
        let registry = InMemoryWorkerRegistry()
        await #expect(throws: Refusal.self) {
            try await SnowflakeGenerator.withWorkerID(from: registry) { snowflake in
                _ = try await snowflake.next()
                throw Refusal()
            }
        }
        #expect(try await registry.workers().allSatisfy(\.isReleased))
    }

    @Test("says why there is none")
    func refused() async throws {
        let registry = StoredWorkerRegistry(InMemoryWorkerStore(origin: nil))
        let error = await #expect(throws: FrondError.self) {
            try await SnowflakeGenerator.withWorkerID(from: registry) { try await $0.next() }
        }
        #expect(error?.code == .registryLost)
    }

    @Test("is renewed on a thread of its own while all others are busy")
    func executor() async throws {
        let executor = ThreadExecutor()
        let names = await withTaskGroup(of: Int.self) { group in
            for number in 0..<100 { group.addTask(executorPreference: executor) { number } }
            return await group.reduce(0, +)
        }
        #expect(names == 4950)
        let registry = InMemoryWorkerRegistry()
        let keeper = WorkerKeeper(
            generator: try SnowflakeGenerator(), registry: registry, holder: .current, executor: executor)
        let run = Task { try await keeper.run() }
        #expect(await keeper.waitForFirstAnswer(atMost: .seconds(20)))
        #expect(keeper.generator.nextIfReady() != nil)
        run.cancel()
        try await run.value
        #expect(try await registry.workers().allSatisfy(\.isReleased))
    }
}
