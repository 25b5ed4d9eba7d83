import Frond
import FrondTesting
import Logging
import Synchronization
import Testing

@Suite("What an operator is told of a tag", .timeLimit(.minutes(5)))
struct TagReportTests {
    private final class Lines: Sendable {
        private let all = Mutex<[(level: Logger.Level, text: String)]>([])
        var errors: [String] { all.withLock { $0.filter { $0.level == .error }.map(\.text) } }
        func add(_ level: Logger.Level, _ text: String) { all.withLock { $0.append((level, text)) } }
    }

    private struct Recorder: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        init(_ lines: Lines) { self.lines = lines }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.add(event.level, "\(event.message) \(event.metadata?["error"] ?? "")")
        }
    }

    @Test("a store that went back is in the log at error level, once a minute, though it takes no server out")
    func wentBack() async throws {
        let (lines, time, tag) = (Lines(), ManualTimeSource(), try Frond.Tag("order"))
        let store = SwitchableStore(InMemorySegmentStore())
        _ = try await store.create(tag, TagSettings(step: 1))
        let ids = SegmentGenerators(
            store: store, policy: SegmentPolicy(maxStep: 1), time: time,
            logger: Logger(label: "test") { _ in Recorder(lines) })
        _ = try await ids.next(tag)
        let restored = InMemorySegmentStore()
        _ = try await restored.create(tag, TagSettings(step: 1))
        store.use(restored)
        for minute in 1...2 {
            for _ in 0..<5 {
                let error = await frondError { _ = try await ids.next(tag, count: 3) }
                #expect(error?.code == .storeWentBack)
            }
            #expect(lines.errors.count == minute && lines.errors[0].contains("the store went back"), "\(lines.errors)")
            time.advance(by: .seconds(60))
        }
        #expect(ids.failure == nil)
    }

    @Test("an outage, which passes, is not told tag by tag")
    func outage() async throws {
        let (lines, time, tag) = (Lines(), ManualTimeSource(), try Frond.Tag("order"))
        let store = FaultInjectingSegmentStore(InMemorySegmentStore(), time: time)
        let ids = SegmentGenerators(
            store: store, time: time, logger: Logger(label: "test") { _ in Recorder(lines) })
        store.beginOutage()
        #expect(await frondError { _ = try await ids.next(tag) }?.code == .storeUnavailable)
        #expect(lines.errors == [])
    }
}
