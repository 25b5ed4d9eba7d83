import Frond
import TestServers
import Testing

@testable import FrondZooKeeper

extension OnOneServer {
    @Suite("Who may use a registry in ZooKeeper", .timeLimit(.minutes(5)))
    struct AccessTests {
        @Test("the path is made when the registry is initialised, and not before")
        func makesThePath() async throws {
            let server = try sharedServer()
            let configuration = try configuration(server.address, path: freshPath())
            let registry = try ZooKeeperWorkerRegistry(configuration)
            await expectError(.registryLost, naming: configuration.path, "frond worker init") {
                _ = try await registry.acquire(request(0..<4))
            }
            await expectError(.registryLost) { _ = try await registry.workers() }
            _ = try await registry.initialise(floorMilliseconds: nil)
            #expect(try await registry.acquire(request(0..<4)).token == 1)
        }

        @Test("with a password nodes are made that nobody else can read or change")
        func closedNodes() async throws {
            let server = try sharedServer()
            let path = freshPath()
            let mine = try await newRegistry(configuration(server.address, path: path, user: "frond:se%3Acret@"))
            let lease = try await mine.acquire(request(0..<1))
            for user in ["", "frond:wrong@", "other:se%3Acret@"] {
                let other = try ZooKeeperWorkerRegistry(configuration(server.address, path: path, user: user))
                await expectError(.registryUnavailable, naming: path, "password") {
                    _ = try await other.acquire(request(0..<4))
                }
                await expectError(.registryUnavailable, naming: path) { _ = try await other.workers() }
                await expectError(.registryUnavailable, naming: path) {
                    _ = try await other.extend(lease, to: now + 9000, nowMilliseconds: now)
                }
                await expectError(.registryUnavailable, naming: path) {
                    _ = try await other.initialise(floorMilliseconds: now)
                }
            }
            let again = try ZooKeeperWorkerRegistry(
                configuration(server.address, path: path, user: "frond:se%3Acret@"))
            #expect(try await again.extend(lease, to: now + 9000, nowMilliseconds: now).token == lease.token)
        }

        @Test("a path below a node of others is refused, naming the node")
        func noRightsAbove() async throws {
            let server = try sharedServer()
            let path = freshPath()
            _ = try await newRegistry(configuration(server.address, path: path, user: "one:1@"))
            let below = try ZooKeeperWorkerRegistry(configuration(server.address, path: "\(path)/below"))
            await expectError(.registryUnavailable, naming: "\(path)/below", "no right to change") {
                _ = try await below.initialise(floorMilliseconds: nil)
            }
        }

        @Test("an error never shows the password")
        func hidesThePassword() async throws {
            let server = try sharedServer()
            let path = freshPath()
            _ = try await newRegistry(configuration(server.address, path: path))
            try await NodeEditor(server).put("\(path)/workers/0", text: "rubbish")
            let port = try FreePort.find()
            for address in [server.address, "127.0.0.1:\(port)", "no-such-host.invalid:2181"] {
                let configuration = try configuration(
                    address, path: path, options: "callTimeout=500ms", user: "u:hidden@")
                #expect(!"\(configuration)".contains("hidden"))
                #expect(!String(reflecting: configuration).contains("hidden"))
                #expect(!String(reflecting: configuration.credentials).contains("hidden"))
                var shown = ""
                dump(configuration, to: &shown)
                #expect(!shown.contains("hidden"))
                let error = await #expect(throws: FrondError.self) { try await store(configuration).record(0) }
                #expect(error.map { "\($0)".contains("hidden") } == false)
            }
        }
    }
}
