import Frond
import TestServers
import Testing

@testable import FrondZooKeeper

extension OnOneServer {
    @Suite("Nodes that somebody changed by hand, or a newer Frond wrote", .timeLimit(.minutes(5)))
    struct TamperingTests {
        private static let later = "\(WorkerRecord.lastMilliseconds + 1)"
        private static let contents = [
            "", "rubbish", "frond worker 1\nend\n", "frond worker 1\nid 0\ntoken 1\n",
            record(id: "1"), record(token: "-1"), record(token: "\(Int64.max)"), record(horizon: later),
            record(horizon: "-1"), record(floor: "5", horizon: "4"), record(horizon: "soon"),
            "frond worker 2\nid 0\nend\n",
        ]

        private static let originContents = [
            "", "rubbish", "frond registry 2\nend\n", "frond registry 1\nid a/b\nfloor 0\nend\n",
            "frond registry 1\nid ab\nfloor -1\nend\n",
        ]

        private static func record(
            id: String = "0", token: String = "1", floor: String = "0", horizon: String = "0"
        ) -> String {
            "frond worker 1\nid \(id)\ntoken \(token)\nfloor \(floor)\nhorizon \(horizon)\nupdated 0\n"
                + "released true\nend\n"
        }

        @Test("nobody gets the worker ID of a node that cannot be read, and the others go on", arguments: contents)
        func unreadable(content: String) async throws {
            let server = try sharedServer()
            let path = freshPath()
            let registry = try await newRegistry(configuration(server.address, path: path))
            try await NodeEditor(server).put("\(path)/workers/0", text: content)
            #expect(try await registry.acquire(request(0..<2)).workerID == 1)
            await expectError(.workerIDsExhausted) { _ = try await registry.acquire(request(0..<2)) }
            #expect(try await registry.workers().map(\.workerID) == [0, 1])
            await expectError(.storeCorrupt, naming: "\(path)/workers/0") {
                _ = try await registry.free(0, nowMilliseconds: now)
            }
            #expect(try await NodeEditor(server).text("\(path)/workers/0") == content)
        }

        @Test("a newer Frond's record says so")
        func newerVersion() async throws {
            let server = try sharedServer()
            let path = freshPath()
            let registry = try await newRegistry(configuration(server.address, path: path))
            try await NodeEditor(server).put("\(path)/workers/0", text: "frond worker 2\nid 0\nend\n")
            await expectError(.storeCorrupt, naming: "\(path)/workers/0", "newer Frond", "update Frond") {
                _ = try await registry.free(0, nowMilliseconds: now)
            }
        }

        @Test("nodes that are no worker ID are left alone")
        func otherNodes() async throws {
            let server = try sharedServer()
            let path = freshPath()
            let registry = try await newRegistry(configuration(server.address, path: path))
            for name in ["-1", "007", "1e3", "note"] {
                try await NodeEditor(server).put("\(path)/workers/\(name)", text: "x")
            }
            #expect(try await registry.workers() == [])
            #expect(try await registry.acquire(request(0..<1)).workerID == 0)
        }

        @Test("a beginning that cannot be read gives out nothing", arguments: originContents)
        func unreadableOrigin(content: String) async throws {
            let server = try sharedServer()
            let path = freshPath()
            let registry = try await newRegistry(configuration(server.address, path: path))
            let lease = try await registry.acquire(request(0..<1))
            try await NodeEditor(server).put("\(path)/origin", text: content)
            await expectError(.storeCorrupt, naming: "\(path)/origin") {
                _ = try await registry.acquire(request(0..<4))
            }
            await expectError(.storeCorrupt, naming: "\(path)/origin") {
                _ = try await registry.extend(lease, to: now + 9000, nowMilliseconds: now)
            }
        }

        @Test("nothing is put into a registry that lost its folder of records, or the mark of its beginning")
        func partlyWiped() async throws {
            let server = try sharedServer()
            for part in ["workers", "origin", "mark"] {
                let path = freshPath()
                let registry = try await newRegistry(configuration(server.address, path: path))
                let id = try await registry.store.origin().id
                try await NodeEditor(server).remove("\(path)/\(part == "mark" ? "origin/\(id)" : part)")
                await expectError(.registryLost, naming: path) { _ = try await registry.acquire(request(0..<1)) }
                _ = try await registry.initialise(floorMilliseconds: now)
                #expect(try await registry.acquire(request(0..<1)).floorMilliseconds == now)
            }
        }
    }
}
