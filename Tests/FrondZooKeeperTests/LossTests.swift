import Frond
import TestServers
import Testing

@testable import FrondZooKeeper

extension OnOneServer {
    @Suite("A registry in ZooKeeper that is lost while it is used", .timeLimit(.minutes(5)))
    struct LossTests {
        private func record(floor: Int64, token: Int64) -> WorkerRecord {
            WorkerRecord(
                workerID: 0, holder: request(0..<1).holder, isReleased: false, floorMilliseconds: floor,
                horizonMilliseconds: now + 9000, token: token, updatedAtMilliseconds: now)
        }

        @Test("who read how it began before it was lost takes nothing below the floor that it has since")
        func staleBeginning() async throws {
            let server = try sharedServer()
            let registry = try await newRegistry(configuration(server.address, path: freshPath()))
            try await NodeEditor(server).remove(registry.store.configuration.path)
            _ = try await registry.initialise(floorMilliseconds: now)
            #expect(try await !registry.store.replace(nil, with: record(floor: 0, token: 1)))
            #expect(try await registry.store.record(0) == nil)
            #expect(try await registry.store.replace(nil, with: record(floor: now, token: now + 1)))
        }

        @Test("a change requires the mark of the beginning that it read, since versions begin at 0 again")
        func mark() async throws {
            let server = try sharedServer()
            let editor = try NodeEditor(server)
            let registry = try await newRegistry(configuration(server.address, path: freshPath()))
            let paths = registry.store.paths
            let before = paths.mark(of: try await registry.store.origin().id)
            _ = try await registry.acquire(request(0..<1))
            try await editor.remove(paths.base)
            _ = try await registry.initialise(floorMilliseconds: now)
            let lease = try await registry.acquire(request(0..<1))
            let error = await #expect(throws: NodeEditor.Refused.self) {
                try await editor.change(.require(before), .set(paths.worker(0), text: "late", version: 0))
            }
            #expect(error?.reply == .failed(.noNode, change: 0))
            #expect(try await registry.store.record(0) == lease.record)
        }

        @Test("beginning again after a loss leaves the mark of the new beginning alone")
        func marks() async throws {
            let server = try sharedServer()
            let registry = try await newRegistry(configuration(server.address, path: freshPath()))
            let lease = try await registry.acquire(request(0..<1))
            let first = try await registry.store.origin()
            let second = try await registry.initialise(floorMilliseconds: now + 5000)
            let paths = registry.store.paths
            let replies = try await registry.store.contents(
                of: [paths.mark(of: first.id), paths.mark(of: second.id)], until: registry.store.session.deadline)
            #expect(replies.map { $0 == nil } == [true, false])
            // What it still knows goes on.
            let longer = try await registry.extend(lease, to: now + 9000, nowMilliseconds: now)
            #expect(longer.horizonMilliseconds == now + 9000)
            await expectError(.workerIDsExhausted) { _ = try await registry.acquire(request(0..<4)) }
        }
    }

    @Suite("A registry in ZooKeeper with many records", .timeLimit(.minutes(5)))
    struct ManyRecordsTests {
        @Test("1,024 worker IDs are taken by 16 registries at once, each once, and listed in a moment")
        func many() async throws {
            let server = try sharedServer()
            let configuration = try configuration(server.address, path: freshPath(), options: "callTimeout=20s")
            let registry = try await newRegistry(configuration)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for first in 0..<16 {
                    group.addTask {
                        let store = try store(configuration)
                        for workerID in stride(from: Int64(first), to: 1024, by: 16) {
                            let record = try WorkerRecord.unused(workerID).acquiring(
                                by: request(0..<1).holder, nowMilliseconds: now, length: .seconds(3))
                            let isTaken = try await store.replace(nil, with: record)
                            let isTakenTwice = try await store.replace(nil, with: record)
                            #expect(isTaken && !isTakenTwice)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let clock = ContinuousClock()
            var records: [WorkerRecord] = []
            let time = try await clock.measure { records = try await registry.workers() }
            #expect(records.map(\.workerID) == Array(0..<1024))
            #expect(time < .seconds(5))
            await expectError(.workerIDsExhausted, naming: "1024") { _ = try await registry.acquire(request(0..<1024)) }
        }
    }
}
