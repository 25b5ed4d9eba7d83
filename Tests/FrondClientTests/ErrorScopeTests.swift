import Frond
import FrondClient
import FrondTesting
import Testing

@Suite("A server whose store refuses one tag for now", .timeLimit(.minutes(5)))
struct ErrorScopeTests {
    /// A store that refuses one tag, as it does while the tag's numbers are being spread, or its row is contended.
    private struct RefusingStore: ForwardingSegmentStore {
        let beneath: any SegmentStore = StoreView(InMemorySegmentStore(), missingTags: .create)
        let refused: Frond.Tag
        let scope: FrondError.Scope

        func reserve(
            _ tag: Frond.Tag, atLeast demand: SegmentDemand?, after floor: SegmentPosition?
        ) async throws(FrondError) -> Segment {
            if tag == refused {
                throw FrondError(.storeUnavailable, "tag '\(tag)' is being spread", retryAfter: .seconds(1))
                    .scoped(scope)
            }
            return try await beneath.reserve(tag, atLeast: demand, after: floor)
        }
    }

    @Test("is asked for all other tags at once", arguments: [FrondError.Scope.tag, .store])
    func otherTags(scope: FrondError.Scope) async throws {
        let (refused, other) = (try Frond.Tag("refused"), try Frond.Tag("other"))
        let server = try await TestServer.start(RefusingStore(refused: refused, scope: scope))
        let client = try FrondClient(
            FrondClient.Configuration(
                servers: [server.address], pool: .patient, segment: SegmentPolicy(waitLimit: .seconds(60))))
        let error = await frondError { try await client.segments.next(refused) }
        #expect(error?.code == .storeUnavailable && error?.scope == scope, "\(String(describing: error))")
        #expect((client.segments.failure != nil) == (scope == .store))
        if scope == .tag {
            #expect(try await client.segments.next(other) == 1)
        }
        await client.shutdown()
        try await server.stop()
    }

    @Test("is not counted as a server that failed, so no other server is asked in vain")
    func serverAnswers() async throws {
        let refused = try Frond.Tag("refused")
        let store = CountingStore(RefusingStore(refused: refused, scope: .tag))
        let (one, two) = (try await TestServer.start(store), try await TestServer.start(store))
        let client = try RemoteSegmentStore(
            servers: [one.address, two.address],
            policy: PoolPolicy(callLimit: .seconds(60), patience: .seconds(60)))
        for round in 1...10 {
            let error = await frondError {
                try await client.reserve(refused, atLeast: nil, after: nil)
            }
            #expect(error?.scope == .tag)
            #expect(store.reservations == round)
        }
        await client.close()
        try await one.stop()
        try await two.stop()
    }
}
