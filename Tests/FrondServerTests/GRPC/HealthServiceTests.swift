import Frond
import FrondAPI
import FrondTesting
import GRPCCore
import SwiftProtobuf
import Testing

@Suite("Health by gRPC", .timeLimit(.minutes(5)))
struct HealthServiceTests {
    @Test("is SERVING, as a whole and of each service; other services there are none")
    func check() async throws {
        try await TestServer().withClient { client async throws in
            for service in ["", "frond.v1.IDs", "frond.v1.Segments", "frond.v1.Workers"] {
                #expect(try await client.health.check(.with { $0.service = service }).status == .serving)
            }
            let unknown = try await status { try await client.health.check(.with { $0.service = "x" }) }
            #expect(unknown.code == .notFound && unknown.message.contains("x"))
        }
    }

    @Test("is NOT_SERVING while nobody gets a number, and watchers are told of both changes")
    func watch() async throws {
        let store = FaultInjectingSegmentStore(InMemorySegmentStore(), time: ManualTimeSource())
        _ = try await store.base.create(try Frond.Tag("order"), TagSettings())
        var server = TestServer()
        server.store = store
        try await server.withClient { client async throws in
            let seen = try await client.health.watch(.init()) { response in
                var seen: [Grpc_Health_V1_HealthCheckResponse.ServingStatus] = []
                for try await message in response.messages {
                    seen.append(message.status)
                    switch seen.count {
                    case 1:
                        store.beginOutage()
                        #expect(try await status { try await client.next() }.code == .unavailable)
                        #expect(try await client.health.check(.init()).status == .notServing)
                    case 2: store.endOutage()
                    default: return seen
                    }
                }
                return seen
            }
            #expect(seen == [.serving, .notServing, .serving])
        }
    }

    @Test("of a generator is its own: without a worker ID snowflake IDs are not served, and the server is")
    func noWorkerID() async throws {
        let store = InMemoryWorkerStore(origin: nil)
        var server = TestServer()
        server.registry = StoredWorkerRegistry(store)
        try await server.withClient { client async throws in
            func health(_ service: String) async throws -> Grpc_Health_V1_HealthCheckResponse.ServingStatus {
                try await client.health.check(.with { $0.service = service }).status
            }
            #expect(try await health("") == .serving)
            #expect(try await health("frond.v1.IDs/segment") == .serving)
            #expect(try await health("frond.v1.IDs/uuid") == .serving)
            #expect(try await health("frond.v1.IDs/snowflake") == .notServing)
            for unknown in ["frond.v1.IDs/redis", "frond.v1.IDs/abacus", "frond.v1.IDs/", "x"] {
                #expect(try await status { try await health(unknown) }.code == .notFound)
            }
        }
    }

    @Test("of a service that there is not is watched as SERVICE_UNKNOWN, and ends as NOT_SERVING at shutdown")
    func ends() async throws {
        try await TestServer().whileRunning { running in
            try await running.withClient { client async throws in
                let seen = try await client.health.watch(.with { $0.service = "x" }) { response in
                    var seen: [Grpc_Health_V1_HealthCheckResponse.ServingStatus] = []
                    for try await message in response.messages {
                        seen.append(message.status)
                        running.stop()
                    }
                    return seen
                }
                #expect(seen == [.serviceUnknown, .notServing])
            }
        }
    }
}
