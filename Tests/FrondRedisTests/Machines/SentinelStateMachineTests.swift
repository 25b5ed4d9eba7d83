import Frond
import Testing

@testable import FrondRedis

@Suite("The search for a primary by Sentinels", .timeLimit(.minutes(1)))
struct SentinelStateMachineTests {
    private let sentinels = ["s1", "s2", "s3"].map { RedisEndpoint(host: $0, port: 26379) }
    private let old = RedisEndpoint(host: "old")
    private let new = RedisEndpoint(host: "new")
    private let failure = FrondError(.storeUnavailable, "no answer")

    private func machine() -> SentinelStateMachine { SentinelStateMachine(sentinels: sentinels, name: "orders") }

    @Test("the first Sentinel that answers leads to the primary, and is the first the next time")
    func everyday() {
        var machine = machine()
        #expect(machine.begin() == .ask(sentinels[0]))
        #expect(machine.failed(failure) == .ask(sentinels[1]))
        #expect(machine.answered(new) == .connect(new))
        #expect(machine.nextOrder == [sentinels[1], sentinels[2], sentinels[0]])
    }

    @Test("a Sentinel that names a server of old is passed over, and that server is tried once")
    func stale() {
        var machine = machine()
        _ = machine.begin()
        #expect(machine.answered(old) == .connect(old))
        #expect(machine.refusedPrimary(failure) == .ask(sentinels[1]))
        #expect(machine.answered(old) == .ask(sentinels[2]))
        #expect(machine.answered(new) == .connect(new))
    }

    @Test("the search ends with every reason once each Sentinel was asked")
    func fails() {
        var machine = machine()
        _ = machine.begin()
        #expect(machine.answered(nil) == .ask(sentinels[1]))
        #expect(machine.failed(failure) == .ask(sentinels[2]))
        #expect(machine.answered(old) == .connect(old))
        let end = machine.refusedPrimary(FrondError(.storeUnavailable, "old is a replica"))
        guard case .fail(let reasons) = end else {
            Issue.record("\(end)")
            return
        }
        #expect(reasons.count == 3 && reasons[0].contains("s1:26379 knows no primary of that name"))
        #expect(reasons[1...] == ["no answer", "old is a replica"])
    }
}
