import Frond
import FrondTesting
import Hummingbird
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

    /// A store that fails reservations, and never answers anything else.
    private struct HangingStore: ForwardingSegmentStore {
        let beneath: any SegmentStore

        func tag(_ tag: Frond.Tag) async throws(FrondError) -> TagRecord? {
            try? await Task.sleep(for: .seconds(3600))
            return nil
        }

        func reserve(
            _ tag: Frond.Tag, atLeast demand: SegmentDemand?, after floor: SegmentPosition?
        ) async throws(FrondError) -> Segment { throw FrondError(.storeUnavailable, "down") }
    }

    @Test("a store that hangs is not waited for: what is known of it is the answer")
    func hanging() async throws {
        let served = SegmentGenerators(store: HangingStore(beneath: segments), time: time)
        let generators = ServedGenerators(segments: served, redis: CounterGenerators(store: redis, time: time))
        let error = await frondError { _ = try await served.next(order) }
        #expect(error?.code == .storeUnavailable)
        // A probe is due, and takes an hour.
        time.advance(by: .seconds(10))
        let readiness = Readiness(issuer: generators.issuer)
        let isReady = await withDeadline(.seconds(120), by: SystemTimeSource()) { await readiness.isReady() }
        #expect(isReady == true, "Redis answers")
        let isSegmentReady = await withDeadline(.seconds(120), by: SystemTimeSource()) {
            await readiness.isReady(.segment)
        }
        #expect(isSegmentReady == false)
    }

    @Test(
        "a store that is down takes no server out while another one gives numbers; once all are down nothing is ready")
    func oneOfTwo() async throws {
        let generators = ServedGenerators(
            segments: SegmentGenerators(store: segments, time: time),
            redis: CounterGenerators(store: redis, time: time))
        let readiness = Readiness(issuer: generators.issuer)
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
        let readiness = Readiness(issuer: ServedGenerators(segments: served).issuer)
        _ = try await served.next(order)
        segments.beginOutage()
        _ = try await served.next(order, count: 9)
        try await waitUntil("the fetch has failed") { served.failure != nil }
        #expect(await readiness.isReady())
        await #expect(throws: FrondError.self) { _ = try await served.next(order, count: 91) }
        #expect(await !readiness.isReady())
    }

    /// The rule of health alone, without a server.
    private func rule(_ states: [GeneratorKind: GeneratorHealth.Status], uuidsInDemand: Bool = false) -> ReadinessRule {
        var uuids = GeneratorHealth(.uuid)
        uuids.alwaysAnswers = true
        uuids.isInDemand = uuidsInDemand
        return ReadinessRule(generators: states.map { GeneratorHealth($0.key, $0.value) } + [uuids])
    }

    @Test("a server is ready while anything that it is asked for can be handed out")
    func rule() {
        #expect(rule([:]).isReady)
        #expect(rule([.segment: .up, .snowflake: .down]).isReady, "the registry is away past the horizons")
        #expect(rule([.segment: .down, .snowflake: .up]).isReady)
        #expect(rule([.segment: .degraded]).isReady)
        #expect(!rule([.segment: .down, .snowflake: .down]).isReady)
        #expect(!rule([.segment: .down, .redis: .down]).isReady)
        #expect(rule([.segment: .down, .snowflake: .down], uuidsInDemand: true).isReady, "UUIDs are answered still")
    }

    @Test("a question about one generator is answered for that one")
    func oneGenerator() {
        let rule = rule([.segment: .up, .snowflake: .down])
        #expect(rule.isReady(.segment) == true)
        #expect(rule.isReady(.snowflake) == false)
        #expect(rule.isReady(.uuid) == true)
        #expect(rule.isReady(.redis) == nil, "it is not enabled")
    }

    @Test("over HTTP: ?generator= answers for one, 404 for one that is not enabled, 400 for an unknown one")
    func route() async throws {
        let generators = ServedGenerators(segments: SegmentGenerators(store: segments, time: time))
        let readiness = Readiness(issuer: generators.issuer)
        #expect(try await readiness.response(generator: nil).status == .ok)
        #expect(try await readiness.response(generator: "segment").status == .ok)
        segments.beginOutage()
        await starve(.segment, of: generators)
        #expect(try await readiness.response(generator: "segment").status == .serviceUnavailable)
        #expect(try await readiness.response(generator: "uuid").status == .ok)
        #expect(try await readiness.response(generator: nil).status == .serviceUnavailable)
        for (name, code) in [("redis", FrondError.Code.generatorNotEnabled), ("abacus", .invalidArgument)] {
            let error = await #expect(throws: FrondError.self) { try await readiness.response(generator: name) }
            #expect(error?.code == code)
        }
        _ = try await generators.issuer.next(order, by: .uuid)
        #expect(try await readiness.response(generator: nil).status == .ok, "UUIDs are asked for and answered")
    }
}
