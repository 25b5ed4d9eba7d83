import Frond
import FrondTesting
import Testing

@Suite("A store that fails as planned", .timeLimit(.minutes(5)))
struct FaultInjectingSegmentStoreTests {
    private let time = ManualTimeSource()
    private let tag: Frond.Tag

    init() throws { tag = try Frond.Tag("order") }

    private func makeStore(
        _ plan: FaultPlan = .script([])
    ) async throws -> FaultInjectingSegmentStore<InMemorySegmentStore> {
        let base = InMemorySegmentStore(time: time)
        _ = try await base.create(tag, TagSettings(step: 10))
        return FaultInjectingSegmentStore(base, plan: plan, time: time)
    }

    @Test("an error before reserves nothing") func anErrorBeforeReservesNothing() async throws {
        let store = try await makeStore(.script([.errorBefore]))
        let error = await #expect(throws: FrondError.self) { try await store.reserve(tag, atLeast: nil, after: nil) }
        #expect(error?.code == .storeUnavailable)
        #expect(try await store.reserve(tag, atLeast: nil, after: nil).first == 1)
        #expect(store.faults == [.errorBefore, nil])
    }

    @Test("an error after the commit leaves a gap") func anErrorAfterTheCommitLeavesAGap() async throws {
        let store = try await makeStore(.script([nil, .errorAfterCommit]))
        #expect(try await store.reserve(tag, atLeast: nil, after: nil).first == 1)
        await #expect(throws: FrondError.self) { try await store.reserve(tag, atLeast: nil, after: nil) }
        #expect(try await store.reserve(tag, atLeast: nil, after: nil).first == 21)
    }

    @Test("a delay is before the commit, a slow reply after it", arguments: [true, false])
    func delays(isBefore: Bool) async throws {
        let fault: StoreFault = isBefore ? .delay(.seconds(3)) : .slowReply(.seconds(3))
        let store = try await makeStore(.script([fault]))
        async let segment = store.reserve(tag, atLeast: nil, after: nil)
        await time.waitForSleepers(1)
        #expect(try await store.base.tag(tag)?.maxID == (isBefore ? 1 : 11))
        time.advance(by: .seconds(3))
        #expect(try await segment.first == 1)
    }

    @Test("an outage lasts until it ends") func anOutageLastsUntilItEnds() async throws {
        let store = try await makeStore(.script([.errorAfterCommit]))
        store.beginOutage()
        for _ in 0..<3 {
            await #expect(throws: FrondError.self) { try await store.tag(tag) }
            await #expect(throws: FrondError.self) { try await store.reserve(tag, atLeast: nil, after: nil) }
        }
        store.endOutage()
        #expect(try await store.base.tag(tag)?.maxID == 1)
        // The plan stood still: its first fault is still to come.
        await #expect(throws: FrondError.self) { try await store.reserve(tag, atLeast: nil, after: nil) }
        #expect(try await store.base.tag(tag)?.maxID == 11)
        #expect(store.callCount == 7)
    }

    @Test("injected faults come before the plan") func injectedFaultsComeBeforeThePlan() async throws {
        let store = try await makeStore(.script([.errorBefore]))
        store.inject(nil, .errorAfterCommit)
        _ = try await store.tags()
        for _ in 0..<2 { await #expect(throws: FrondError.self) { try await store.tags() } }
        #expect(store.faults == [nil, .errorAfterCommit, .errorBefore])
    }

    @Test("one seed gives the same faults again") func oneSeedGivesTheSameFaultsAgain() async throws {
        let odds = FaultPlan.Odds(longestDelay: .zero)
        var runs: [[StoreFault?]] = []
        for seed: UInt64 in [1, 1, 2] {
            let store = try await makeStore(.seeded(seed, odds: odds))
            for _ in 0..<200 { _ = try? await store.tag(tag) }
            runs.append(store.faults)
        }
        #expect(runs[0] == runs[1])
        #expect(runs[0] != runs[2])
        for fault in [nil, .errorBefore, .errorAfterCommit, .delay(.zero), .slowReply(.zero)] as [StoreFault?] {
            #expect(runs[0].contains(fault), "\(String(describing: fault)) never came")
        }
    }

    @Test("an error of the store itself is passed on") func anErrorOfTheStoreItselfIsPassedOn() async throws {
        let store = try await makeStore(.script([.errorAfterCommit]))
        let unknown = try Frond.Tag("nobody")
        let error = await #expect(throws: FrondError.self) {
            try await store.reserve(unknown, atLeast: nil, after: nil)
        }
        #expect(error?.code == .unknownTag)
    }
}
