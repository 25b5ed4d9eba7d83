import Frond
import FrondTesting
import Testing

@Suite("The rules by which tags are changed", .timeLimit(.minutes(5)))
struct TagAdministrationTests {
    @Test("the last number of one period of a scrambled tag stays that of the tag")
    func scrambledPeriod() async throws {
        let store = InMemorySegmentStore()
        let tag = try Frond.Tag("order")
        let options = TagOptions(
            format: try TextFormat("{date}-{number}"), period: TagPeriod(.day),
            scrambleKey: try ScrambleKey(Array(repeating: 7, count: 16)).fingerprint)
        _ = try await store.create(tag, TagSettings(maxValue: 100, options: options))
        let period = try Frond.Tag(tag, period: "20200101")
        _ = try await store.create(period, TagSettings(maxValue: 100))
        let tags = TagAdministration(store, zones: FixedTimeZones())
        let error = await frondError { _ = try await tags.change(period, TagChange(maxValue: 300)) }
        #expect(error?.code == .invalidArgument && error?.message.contains("scrambled") == true)
        #expect(try await store.tag(period)?.maxValue == 100)
        // What leaves the range as it is may change.
        #expect(try await tags.change(period, TagChange(step: 5)).step == 5)
        let plain = try Frond.Tag("plain")
        _ = try await store.create(plain, TagSettings(maxValue: 100))
        #expect(try await tags.change(plain, TagChange(maxValue: 300)).maxValue == 300)
    }
}
