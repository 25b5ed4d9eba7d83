import Foundation
import Frond
import TestServers
import Testing

@testable import FrondZooKeeper

extension OnOneServer {
    @Suite("Beside Leaf servers", .timeLimit(.minutes(5)))
    struct LeafTests {
        /// The nodes of Leaf servers, made as Leaf makes them.
        private struct Servers {
            let name = "leaf-\(UUID().uuidString)"
            let editor: NodeEditor

            init(_ server: ZooKeeperServer) throws { editor = try NodeEditor(server) }

            func path(_ workerID: Int) -> String {
                let number = String(repeating: "0", count: 10 - "\(workerID)".count) + "\(workerID)"
                return "/snowflake/\(name)/forever/10.0.0.1:8080-\(number)"
            }

            /// Starts so many servers, which get the next numbers.
            func start(count: Int) async throws {
                try await editor.makeNumbered("/snowflake/\(name)/forever/10.0.0.1:8080-", count: count)
            }

            func report(_ workerID: Int, at time: Int64) async throws {
                try await editor.put(
                    path(workerID), text: #"{"ip":"10.0.0.\#(workerID)","port":"8080","timestamp":\#(time)}"#)
            }
        }

        private func registry(
            _ servers: Servers, _ server: ZooKeeperServer, options: String = ""
        ) async throws -> ZooKeeperWorkerRegistry {
            try await newRegistry(
                configuration(
                    server.address, path: freshPath(),
                    options: "callTimeout=10s&leafNamespace=\(servers.name)\(options)"))
        }

        @Test("a worker ID that a Leaf server ever had is never taken, however long it has been silent")
        func heldForEver() async throws {
            let server = try sharedServer()
            let servers = try Servers(server)
            try await servers.report(0, at: now - 86_400_000 * 365)
            try await servers.report(2, at: now)
            try await servers.editor.put(servers.path(3), text: "not what Leaf writes")
            let registry = try await registry(servers, server)
            #expect(try await registry.acquire(request(0..<4)).workerID == 1)
            await expectError(.workerIDsExhausted) { _ = try await registry.acquire(request(0..<4)) }
            let workers = try await registry.workers()
            #expect(workers.map(\.workerID) == Array(0..<36), "32 are left to Leaf servers that start later")
            #expect(workers.map { $0.holder?.version } == (0..<36).map { $0 == 1 ? "" : "Leaf" })
            #expect(workers[2].holder?.address == "10.0.0.2:8080")
            #expect(workers[3].holder?.address == "10.0.0.1:8080")
            await expectError(.workerIDHeld, naming: "10.0.0.0") {
                _ = try await registry.free(0, nowMilliseconds: now)
            }
        }

        @Test("an operator frees a Leaf server's worker ID by removing its node")
        func removedNode() async throws {
            let server = try sharedServer()
            let servers = try Servers(server)
            try await servers.report(0, at: now)
            let registry = try await registry(servers, server)
            await expectError(.workerIDsExhausted) { _ = try await registry.acquire(request(0..<1)) }
            try await servers.editor.remove(servers.path(0))
            #expect(try await registry.acquire(request(0..<1)).workerID == 0)
        }

        @Test("where silent Leaf servers are known to be stopped, IDs begin above the last time they could have issued")
        func retired() async throws {
            let server = try sharedServer()
            let servers = try Servers(server)
            try await servers.report(0, at: now)
            let registry = try await registry(servers, server, options: "&leafRetiredAfter=1h")
            let free = now + 3_600_000
            await expectError(.workerIDsExhausted) { _ = try await registry.acquire(request(0..<1, at: free - 1)) }
            let lease = try await registry.acquire(request(0..<1, at: free))
            #expect(lease.floorMilliseconds == free)
            let longer = try await registry.extend(lease, to: free + 9000, nowMilliseconds: free)
            #expect(try await registry.workers().first == longer.record)
            try await registry.release(longer, at: free + 100, nowMilliseconds: free + 100)
            let next = try await registry.acquire(request(0..<1, at: free + 200))
            #expect(next.floorMilliseconds == free + 100)
        }

        @Test("a server loses its worker ID to a Leaf server that reports with it again")
        func leafComesBack() async throws {
            let server = try sharedServer()
            let servers = try Servers(server)
            try await servers.report(0, at: now - 3_600_000)
            let registry = try await registry(servers, server, options: "&leafRetiredAfter=1h")
            let lease = try await registry.acquire(request(0..<1))
            try await servers.report(0, at: now + 1000)
            await expectError(.workerIDTaken, naming: "10.0.0.0") {
                _ = try await registry.extend(lease, to: now + 9000, nowMilliseconds: now + 2000)
            }
            await expectError(.workerIDTaken) {
                try await registry.release(lease, at: now + 2000, nowMilliseconds: now + 2000)
            }
            await expectError(.workerIDsExhausted) { _ = try await registry.acquire(request(0..<1, at: now + 9000)) }
            let free = now + 1000 + 3_600_000
            let next = try await registry.acquire(request(0..<1, at: free))
            #expect(next.floorMilliseconds == free)
            #expect(next.token > lease.token)
        }

        @Test("servers make way for Leaf servers that start later, before they need it")
        func leafGrows() async throws {
            let server = try sharedServer()
            let servers = try Servers(server)
            try await servers.start(count: 3)
            // Numbers that were given out are not given out again.
            try await servers.editor.remove(servers.path(1))
            let registry = try await registry(servers, server)
            let low = try await registry.acquire(request(0..<35))
            #expect(low.workerID == 1)
            await expectError(.workerIDsExhausted) { _ = try await registry.acquire(request(0..<35)) }
            let lease = try await registry.acquire(request(0..<36))
            #expect(lease.workerID == 35)
            try await servers.start(count: 1)
            await expectError(.workerIDTaken, naming: "Leaf server to come") {
                _ = try await registry.extend(lease, to: now + 9000, nowMilliseconds: now)
            }
            #expect(try await registry.acquire(request(30..<40)).workerID > 35)
            #expect(try await registry.extend(low, to: now + 9000, nowMilliseconds: now).token == low.token)
        }

        @Test("a name that no Leaf server ever registered by is refused, naming the node")
        func wrongName() async throws {
            let server = try sharedServer()
            let servers = try Servers(server)
            let registry = try await registry(servers, server)
            await expectError(.registryUnavailable, naming: "/snowflake/\(servers.name)/forever", "leafNamespace") {
                _ = try await registry.acquire(request(0..<1))
            }
        }
    }
}
