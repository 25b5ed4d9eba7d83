import Frond
import FrondClient
import FrondTesting
import TestServers
import Testing

@Suite("A client whose servers do not answer", .timeLimit(.minutes(5)))
struct AddressFaultTests {
    private func message(_ servers: [String], policy: PoolPolicy = .patient) async throws -> String {
        let client = try FrondClient(
            FrondClient.Configuration(
                servers: servers, pool: policy, segment: SegmentPolicy(waitLimit: .seconds(60)),
                snowflake: SnowflakePolicy(waitLimit: .seconds(60))))
        let error = try #require(
            await frondError { try await client.segments.next(Tag("order")) })
        #expect(error.code == .storeUnavailable && error.retryAfter != nil, "\(error)")
        let other = try #require(
            await frondError { try await client.snowflake().next() })
        #expect(other.code == .registryUnavailable && other.message.contains(servers[0]), "\(other)")
        await client.shutdown()
        return error.message
    }

    @Test("says at the first ID that nobody listens at an address")
    func refused() async throws {
        let port = try FreePort.find()
        let message = try await message(["127.0.0.1:\(port)"])
        #expect(message.contains("127.0.0.1:\(port) refuses connections"), "\(message)")
    }

    @Test("says that a name is not known")
    func unknownName() async throws {
        let message = try await message(["nowhere.invalid:9090"])
        #expect(message.contains("nowhere.invalid:9090 has a name without an address"), "\(message)")
    }

    @Test("says that something else listens there")
    func somethingElse() async throws {
        let server = try await TestServer.start()
        let message = try await message(["127.0.0.1:\(server.httpPort)"])
        #expect(message.contains("127.0.0.1:\(server.httpPort) broke the connection"), "\(message)")
        try await server.stop()
    }

    @Test("names every server that was tried, and why each has no answer")
    func several() async throws {
        let (one, other) = (try FreePort.find(), try FreePort.find())
        let server = try await TestServer.start()
        let proxy = try FaultProxy(to: server.port)
        proxy.blackHole(true)
        let message = try await message(
            ["127.0.0.1:\(one)", "127.0.0.1:\(proxy.port)", "localhost:\(other)"],
            policy: PoolPolicy(callLimit: .seconds(3), patience: .milliseconds(100)))
        #expect(message.contains("none of 3 servers answers"), "\(message)")
        #expect(message.contains("127.0.0.1:\(one) refuses connections"), "\(message)")
        #expect(message.contains("localhost:\(other) refuses connections"), "\(message)")
        #expect(message.contains("127.0.0.1:\(proxy.port) did not answer"), "\(message)")
        try await server.stop()
    }

    @Test("goes no further than its limit with a server that accepts and never answers")
    func blackHole() async throws {
        let server = try await TestServer.start()
        let proxy = try FaultProxy(to: server.port)
        proxy.blackHole(true)
        let store = try RemoteSegmentStore(
            servers: ["127.0.0.1:\(proxy.port)"], policy: PoolPolicy(callLimit: .milliseconds(300)))
        let time = SystemTimeSource()
        let error = try #require(
            await frondError {
                try await store.reserve(Tag("order"), atLeast: nil, after: nil)
            })
        #expect(error.message.contains("127.0.0.1:\(proxy.port) did not answer within"), "\(error)")
        #expect(time.monotonic >= .milliseconds(300) && time.monotonic < .seconds(50), "\(time.monotonic)")
        // And where the server answers again, the next call does not fail for what was.
        proxy.blackHole(false)
        #expect(
            await eventually {
                await frondError { try await store.tags() } == nil
            })
        await store.close()
        try await server.stop()
    }

    @Test("gives up at once when the caller does")
    func cancellation() async throws {
        let server = try await TestServer.start()
        let proxy = try FaultProxy(to: server.port)
        proxy.blackHole(true)
        let store = try RemoteSegmentStore(
            servers: ["127.0.0.1:\(proxy.port)"], policy: PoolPolicy(callLimit: .seconds(300)))
        let call = Task {
            await frondError {
                try await store.reserve(Tag("order"), atLeast: nil, after: nil)
            }
        }
        #expect(await eventually { proxy.connectionCount == 1 })
        call.cancel()
        #expect(await call.value?.code == .cancelled)
        await store.close()
        #expect(await frondError { try await store.tags() }?.code == .shutDown)
        try await server.stop()
    }
}
