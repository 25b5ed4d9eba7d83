import Frond
import FrondTesting
import Testing

@testable import FrondServer

@Suite("Readiness", .timeLimit(.minutes(5)))
struct ReadinessTests {
    private let time = ManualTimeSource()
    private let order: Frond.Tag
    private let segments: FaultInjectingSegmentStore<InMemorySegmentStore>
    private let redis: InMemoryCounterStore

    init() async throws {
        order = try Frond.Tag("order")
        segments = FaultInjectingSegmentStore(InMemorySegmentStore(), time: time)
        redis = InMemoryCounterStore(tags: [order])
        _ = try await segments.base.create(order, TagSettings(step: 100))
    }

    /// Lets a caller go without a number of that kind.
    private func starve(_ kind: GeneratorKind, of generators: ServedGenerators) async {
        await #expect(throws: FrondError.self) { _ = try await generators.issuer.issue(order, by: kind) }
    }

    @Test(
        "a store that is down takes no server out while another one gives numbers; once all are down nothing is ready")
    func oneOfTwo() async throws {
        let generators = ServedGenerators(
            segments: SegmentGenerators(store: segments, time: time),
            redis: CounterGenerators(store: redis, time: time))
        let readiness = Readiness(generators: generators)
        redis.beginOutage()
        await starve(.redis, of: generators)
        #expect(await readiness.isReady())
        segments.beginOutage()
        await starve(.segment, of: generators)
        #expect(await !readiness.isReady())
    }

    @Test("a store that fails while numbers last takes no server out; one that leaves a caller without a number does")
    func degraded() async throws {
        let served = SegmentGenerators(store: segments, time: time)
        let readiness = Readiness(generators: ServedGenerators(segments: served))
        _ = try await served.next(order)
        segments.beginOutage()
        _ = try await served.next(order, count: 9)
        try await waitUntil("the fetch has failed") { served.failure != nil }
        #expect(await readiness.isReady())
        await #expect(throws: FrondError.self) { _ = try await served.next(order, count: 91) }
        #expect(await !readiness.isReady())
    }
}
