import Frond
import FrondRedis
import FrondTesting
import TestServers
import Testing

@Suite("Encrypted connections to Redis", .timeLimit(.minutes(5)))
struct EncryptionTests {
    private func failure(_ url: String) async throws -> FrondError {
        let store = RedisCounterStore(
            try RedisURL(url), ceiling: InMemorySegmentStore(), policy: Fleet.policy)
        return try #require(await #expect(throws: FrondError.self) { try await store.check() })
    }

    @Test("a server that wants client certificates counts, and goes on after its connections broke")
    func clientCertificates() async throws {
        let files = try await TestCertificates.make()
        let redis = try await RedisServer.start(tls: files)
        let fleet = try await Fleet()
        let options = "?ca=\(files.authority)&cert=\(files.client)&key=\(files.clientKey)"
        fleet.connect(to: try RedisURL("rediss://127.0.0.1:\(redis.port)/0\(options)"))
        for _ in 0..<3 {
            try await fleet.draw()
            _ = try await redis.command("CLIENT", "KILL", "TYPE", "normal")
        }
        try await fleet.draw()
        #expect(fleet.repeated.isEmpty)
        let name = RedisCounterStore(
            try RedisURL("rediss://localhost:\(redis.port)/0\(options)"), ceiling: fleet.ceiling, policy: Fleet.policy)
        try await name.check()
        let error = try await failure("rediss://127.0.0.1:\(redis.port)?ca=\(files.authority)")
        #expect(error.code == .storeUnavailable && error.message.contains("client certificate"), "\(error)")
    }

    @Test("an authority that is not the server's, a name that it has not, a file that is gone: each with its cure")
    func refusals() async throws {
        let files = try await TestCertificates.make()
        let redis = try await RedisServer.start(tls: files, ["--tls-auth-clients", "no"])
        let cases = [
            ("rediss://127.0.0.1:\(redis.port)?ca=\(files.strangeAuthority)", "trusted authority"),
            ("rediss://127.0.0.1:\(redis.port)", "trusted authority"),
            ("rediss://127.0.0.2:\(redis.port)?ca=\(files.authority)", "127.0.0.2"),
            ("rediss://127.0.0.1:\(redis.port)?ca=/nowhere.pem", "/nowhere.pem"),
            ("redis://127.0.0.1:\(redis.port)", "rediss://"),
        ]
        for (url, word) in cases {
            let error = try await failure(url)
            #expect(error.code == .storeUnavailable && error.message.contains(word), "\(url): \(error)")
        }
        let store = RedisCounterStore(
            try RedisURL("rediss://127.0.0.1:\(redis.port)?ca=\(files.authority)"), ceiling: InMemorySegmentStore(),
            policy: Fleet.policy)
        try await store.check()
    }
}
