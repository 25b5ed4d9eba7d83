import Frond
import FrondTesting
import Logging
import Testing

@Suite("What an operator is told of a tag", .timeLimit(.minutes(5)))
struct TagReportTests {
    private func errors(_ log: LogRecorder) -> [String] { log.lines.filter { $0.level == .error }.map(\.text) }

    @Test("a store that went back is in the log at error level, once a minute, though it takes no server out")
    func wentBack() async throws {
        let (log, time, tag) = (LogRecorder(), ManualTimeSource(), try Frond.Tag("order"))
        let store = SwitchableStore(InMemorySegmentStore())
        _ = try await store.create(tag, TagSettings(step: 1))
        let ids = SegmentGenerators(
            store: store, policy: SegmentPolicy(maxStep: 1), time: time,
            logger: log.logger)
        _ = try await ids.next(tag)
        let restored = InMemorySegmentStore()
        _ = try await restored.create(tag, TagSettings(step: 1))
        store.use(restored)
        for minute in 1...2 {
            for _ in 0..<5 {
                let error = await frondError { _ = try await ids.next(tag, count: 3) }
                #expect(error?.code == .storeWentBack)
            }
            #expect(errors(log).count == minute && errors(log)[0].contains("the store went back"), "\(errors(log))")
            time.advance(by: .seconds(60))
        }
        #expect(ids.failure == nil)
    }

    @Test("an outage, which passes, is not told tag by tag")
    func outage() async throws {
        let (log, time, tag) = (LogRecorder(), ManualTimeSource(), try Frond.Tag("order"))
        let store = FaultInjectingSegmentStore(InMemorySegmentStore(), time: time)
        let ids = SegmentGenerators(
            store: store, time: time, logger: log.logger)
        store.beginOutage()
        #expect(await frondError { _ = try await ids.next(tag) }?.code == .storeUnavailable)
        #expect(errors(log) == [])
    }
}
