import Foundation
import FrondTesting
import TestServers
import Testing

@Suite("frond serve with Redis behind TLS, Sentinels and as a cluster", .timeLimit(.minutes(10)))
struct RedisServeTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func start(
        _ url: String, environment: [String: String] = [:]
    ) async throws -> (FrondServerProcess, FrondServerProcess) {
        try await makeTag("order", in: directory)
        let arguments = ["--redis", url, "--set", "redisCeilingStep=50"]
        return (
            try await FrondServerProcess.start(in: directory, arguments, environment: environment),
            try await FrondServerProcess.start(in: directory, arguments, environment: environment)
        )
    }

    /// Asks both servers until both answer; other answers are refusals while Redis is down.
    private func take(
        _ ids: inout GivenTexts, from servers: (FrondServerProcess, FrondServerProcess), rounds: Int = 60
    ) async throws {
        for server in [servers.0, servers.1] {
            var served = 0
            try await waitUntil("Redis's numbers come from the server") {
                let answer = try await server.get("/api/redis/get/order?count=3")
                guard answer.status == 200 else {
                    #expect(answer.status == 503, "\(answer.body)")
                    return false
                }
                ids.note(answer.body)
                served += 1
                return served == rounds
            }
        }
    }

    @Test("rediss:// with a client certificate; a file that is not there is an error at start")
    func encrypted() async throws {
        let files = try await TestCertificates.make()
        let redis = try await RedisServer.start(tls: files, password: "hush")
        let options = "ca=\(files.authority)&cert=\(files.client)&key=\(files.clientKey)"
        let url = "rediss://127.0.0.1:\(redis.port)/0?\(options)"
        let servers = try await start(url, environment: ["FROND_REDIS_PASSWORD": "hush"])
        var ids = GivenTexts()
        try await take(&ids, from: servers)
        _ = try await redis.command("CLIENT", "KILL", "TYPE", "normal")
        try await take(&ids, from: servers)
        #expect(ids.repeated.isEmpty && ids.all.count >= 720)
        for server in [servers.0, servers.1] {
            #expect(server.process.printed.contains("rediss://127.0.0.1:\(redis.port)/0"))
            #expect(!server.process.printed.contains("hush"))
        }
        let wrong = FrondProcess(
            ["serve", "--port", "0", "--data-dir", directory.path, "--redis", "rediss://127.0.0.1?ca=/nowhere.pem"])
        #expect(await wrong.waitForExit() == 78, "\(wrong.printed)")
        #expect(wrong.printed.contains("'/nowhere.pem' of ca=FILE"), "\(wrong.printed)")
    }

    @Test("redis+sentinel:// over a failover; the Sentinels' password in a file")
    func sentinel() async throws {
        let primary = try await RedisServer.start(password: "hush")
        let replica = try await RedisServer.start(password: "hush")
        _ = try await replica.command("REPLICAOF", "127.0.0.1", "\(primary.port)")
        try await waitUntil("the replica follows") {
            try await replica.command("INFO", "replication").contains("master_link_status:up")
        }
        let sentinels = try await RedisSentinels.start(watching: primary, password: "loud", primaryPassword: "hush")
        let path = "\(directory.path)/sentinel-password"
        try "loud\n".write(toFile: path, atomically: true, encoding: .utf8)
        let servers = try await start(
            "redis+sentinel://:hush@\(sentinels.addresses)/\(RedisSentinels.primaryName)",
            environment: ["FROND_REDIS_SENTINEL_PASSWORD_FILE": path])
        var ids = GivenTexts()
        try await take(&ids, from: servers)
        await primary.kill()
        try await sentinels.waitForFailover(to: replica)
        try await take(&ids, from: servers)
        #expect(ids.repeated.isEmpty && ids.all.count >= 720)
        #expect(!servers.0.process.printed.contains("hush") && !servers.0.process.printed.contains("loud"))
    }

    @Test("redis+cluster:// over the loss of the tag's node")
    func cluster() async throws {
        let cluster = try await RedisCluster.start()
        let servers = try await start("redis+cluster://\(cluster.addresses)")
        var ids = GivenTexts()
        try await take(&ids, from: servers)
        let owner = try await cluster.owner(of: "frond:{order}")
        let replica = try await cluster.replica(of: owner)
        await owner.kill()
        try await waitUntil("the replica took over") { try await replica.command("ROLE").hasPrefix("master") }
        try await take(&ids, from: servers)
        #expect(ids.repeated.isEmpty && ids.all.count >= 720)
    }
}
