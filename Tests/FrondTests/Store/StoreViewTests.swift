import Frond
import FrondTesting
import Testing

@Suite("The view of a store that one process has", .timeLimit(.minutes(5)))
struct StoreViewTests {
    private let time = ManualTimeSource()
    private let tag: Frond.Tag

    init() throws { tag = try Frond.Tag("order") }

    /// A store that answers every reservation with one segment.
    private struct StrangersStore: ForwardingSegmentStore {
        let base = InMemorySegmentStore()
        var beneath: any SegmentStore { base }
        let segment: Segment

        func reserve(
            _ tag: Frond.Tag, atLeast demand: SegmentDemand?, after floor: SegmentPosition?
        ) async throws(FrondError) -> Segment { segment }
    }

    /// A store whose next reads and reservations end as cancelled.
    private struct CancelledStore: ForwardingSegmentStore {
        let base = InMemorySegmentStore()
        var beneath: any SegmentStore { base }

        func tag(_ tag: Frond.Tag) async throws(FrondError) -> TagRecord? {
            throw FrondError(.cancelled, "the call was cancelled")
        }
    }

    @Test(
        "an error that does not come from the store brings back none that is down",
        arguments: [FrondError.Code.overloaded, .invalidArgument, .shutDown])
    func refusedOnTheWay(code: FrondError.Code) async {
        let monitor = StoreMonitor(time: time)
        _ = await monitor.call { () throws(FrondError) in throw FrondError(.storeUnavailable, "down") }
        #expect(monitor.isDown)
        _ = await monitor.call { () throws(FrondError) in throw FrondError(code, "refused before the question") }
        #expect(monitor.isDown && monitor.failure?.code == .storeUnavailable)
        _ = await monitor.call { () throws(FrondError) in throw FrondError(.unknownTag, "an answer") }
        #expect(!monitor.isDown)
        _ = await monitor.call { () throws(FrondError) in throw FrondError(code, "refused before the question") }
        #expect(!monitor.isDown, "and takes out none that answers")
    }

    @Test("one probe at a time is sent to a store that is down, whoever asks: segments, settings, remote reservers")
    func oneProbe() async throws {
        let store = FaultInjectingSegmentStore(InMemorySegmentStore(), time: time)
        _ = try await store.create(tag, TagSettings())
        let view = StoreView(store, time: time)
        let segments = SegmentGenerators(store: view, time: time)
        let directory = TagSettingsCache(store: segments.store, limit: .seconds(1), maxWaiters: 10, time: time)
        store.beginOutage()
        #expect(await errorCode { try await segments.next(tag) } == .storeUnavailable)
        let calls = store.callCount
        for _ in 0..<10 {
            // Every part of the process knows it now, and none asks on its own.
            #expect(await errorCode { try await directory.entry(for: tag) } == .storeUnavailable)
            #expect(await errorCode { try await view.reserve(tag, atLeast: nil, after: nil) } == .storeUnavailable)
            #expect(await errorCode { try await view.tags() } == .storeUnavailable)
            #expect(await errorCode { try await segments.next(tag) } == .storeUnavailable)
        }
        #expect(store.callCount == calls)
        time.advance(by: .seconds(3))
        #expect(await errorCode { try await directory.entry(for: tag) } == .storeUnavailable)
        #expect(await errorCode { try await segments.next(tag) } == .storeUnavailable)
        #expect(await segments.checkStore() != nil)
        #expect(store.callCount == calls + 1, "one probe")
        store.endOutage()
        time.advance(by: .seconds(3))
        #expect(try await directory.entry(for: tag).record != nil)
        #expect(segments.failure == nil, "and what one part finds well, all do")
        #expect(try await segments.next(tag) == 1)
    }

    @Test("numbers that one part of the process was given are refused to all others, where the store went back")
    func sharedFloors() async throws {
        let store = SwitchableStore(InMemorySegmentStore())
        _ = try await store.create(tag, TagSettings(step: 10))
        let view = StoreView(store, time: time)
        #expect(try await SegmentGenerator(tag: tag, store: view, time: time).next() == 1)
        let restored = InMemorySegmentStore()
        _ = try await restored.create(tag, TagSettings(step: 10))
        store.use(restored)
        let other = SegmentGenerator(tag: tag, store: view, time: time)
        #expect(await errorCode { try await other.next() } == .storeWentBack)
    }

    @Test("a caller that leaves says nothing of the store, and takes it from nobody")
    func cancelledCalls() async throws {
        let view = StoreView(CancelledStore(), missingTags: .create, time: time)
        #expect(await errorCode { try await view.tag(tag) } == .cancelled)
        #expect(view.failure == nil)
        #expect(try await view.reserve(tag, atLeast: nil, after: nil).first == 1)
    }

    @Test("a probe whose caller leaves does not make a store that is down well")
    func cancelledProbe() async throws {
        let base = FaultInjectingSegmentStore(InMemorySegmentStore(), time: time)
        let store = SwitchableStore(base)
        let view = StoreView(store, time: time)
        base.beginOutage()
        #expect(await errorCode { try await view.tag(tag) } == .storeUnavailable)
        store.use(CancelledStore())
        time.advance(by: .seconds(3))
        #expect(await errorCode { try await view.tag(tag) } == .cancelled)
        #expect(view.failure?.code == .storeUnavailable)
        store.use(InMemorySegmentStore())
        time.advance(by: .seconds(3))
        #expect(try await view.tag(tag) == nil)
        #expect(view.failure == nil)
    }

    @Test(
        "a stranger's store that breaks the contract is told which promise it broke, and nothing is issued",
        arguments: [
            (Segment(first: -1, end: 10, step: 10, cycle: 0, version: 1), "starts at 0 or above"),
            (Segment(first: 10, end: 10, step: 10, cycle: 0, version: 1), "holds at least one number"),
            (Segment(first: 10, end: 5, step: 10, cycle: 0, version: 1), "holds at least one number"),
            (Segment(first: 10, end: 20, stride: 0, step: 10, cycle: 0, version: 1), "the stride of a segment is 1 to"),
            (Segment(first: 10, end: 20, stride: 2000, step: 10, cycle: 0, version: 1), "the stride of a segment is"),
            (Segment(first: 10, end: 20, step: 0, cycle: 0, version: 1), "the step of a segment is 1 or more"),
            (Segment(first: 10, end: 20, step: 10, cycle: -1, version: 1), "the cycle of a segment is 0 or more"),
            (Segment(first: 5, end: 20, step: 10, cycle: 0, version: 1), "starts at the floor or above"),
        ])
    func brokenPromises(segment: Segment, promise: String) async throws {
        let view = StoreView(StrangersStore(segment: segment), time: time)
        let floor = SegmentPosition(cycle: 0, next: 7)
        let error = await #expect(throws: FrondError.self) {
            try await view.reserve(tag, atLeast: nil, after: floor)
        }
        #expect(error?.code == .storeCorrupt)
        #expect(error?.message.contains(promise) == true, "\(String(describing: error))")
        #expect(view.failure == nil, "the store answers for other tags")
    }
}
