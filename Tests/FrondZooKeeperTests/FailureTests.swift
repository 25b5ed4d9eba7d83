import CZooKeeper
import Foundation
import Frond
import FrondTesting
import TestServers
import Testing

@testable import FrondZooKeeper

extension OnServersOfTheirOwn {
    @Suite("When ZooKeeper fails", .timeLimit(.minutes(5)))
    struct FailureTests {
        /// A registry with one worker ID taken, on a server of the test's own.
        private struct Scene {
            let server: ZooKeeperServer
            /// Gives a call up after a second.
            let registry: ZooKeeperWorkerRegistry
            let patient: ZooKeeperWorkerRegistry
            let lease: WorkerLease

            init(sessionTimeout: String = "1s") async throws {
                server = try await ZooKeeperServer.start()
                let options = "sessionTimeout=\(sessionTimeout)&callTimeout"
                patient = try await newRegistry(
                    configuration(server.address, path: "/frond", options: "\(options)=10s"))
                registry = try ZooKeeperWorkerRegistry(
                    configuration(server.address, path: "/frond", options: "\(options)=1s"))
                lease = try await patient.acquire(request(0..<1))
                let hasty = registry
                _ = try await untilAvailable { try await hasty.workers() }
            }

            func extend(to horizon: Int64) async throws(FrondError) -> WorkerLease {
                try await registry.extend(lease, to: horizon, nowMilliseconds: now)
            }

            /// Calls until ZooKeeper is found again.
            func extendAtLast(to horizon: Int64) async throws -> WorkerLease {
                try await untilAvailable { try await extend(to: horizon) }
            }
        }

        @Test("a server that is paused costs each call its time and no more, and is found again")
        func paused() async throws {
            // The client library alone would notice after 6 seconds.
            let scene = try await Scene(sessionTimeout: "10s")
            scene.server.pause()
            for _ in 0..<10 where scene.server.mode != nil {}
            for index in 0..<3 {
                let clock = ContinuousClock()
                let time = await clock.measure {
                    await expectError(.registryUnavailable, naming: scene.server.address) {
                        if index == 0 {
                            _ = try await scene.registry.workers()
                        } else {
                            _ = try await scene.extend(to: now)
                        }
                    }
                }
                #expect(time < .seconds(5))
            }
            scene.server.resume()
            #expect(try await scene.extendAtLast(to: now + 9000).token == scene.lease.token)
        }

        @Test("a server that crashes and is started again is found again, with all it was told")
        func restarted() async throws {
            let scene = try await Scene()
            await scene.server.kill()
            await expectError(.registryUnavailable, naming: scene.server.address) {
                _ = try await scene.extend(to: now)
            }
            scene.server.restart()
            let longer = try await scene.extendAtLast(to: now + 9000)
            #expect(longer.token == scene.lease.token)
            #expect(try await scene.patient.workers() == [longer.record])
        }

        @Test("a session that has expired is followed by another")
        func expired() async throws {
            let scene = try await Scene()
            let session = scene.registry.store.session
            func current() async throws -> (id: Int64, password: [UInt8]) {
                try #require(
                    try await untilAvailable {
                        try await session.connectedHandle(until: session.deadline).session
                    })
            }
            for round in 1..<4 {
                let before = try await current()
                var after = before.id
                // The client takes its session back from who would end it, and is sometimes faster.
                for index in 0..<100 where after == before.id {
                    try await end(before, on: scene.server)
                    let horizon = now + 9000 + 1000 * Int64(round * 100 + index)
                    #expect(try await scene.extendAtLast(to: horizon).token == scene.lease.token)
                    after = try await current().id
                }
                #expect(after != before.id)
            }
        }

        /// Ends a session from outside, as its expiry does.
        private func end(_ session: (id: Int64, password: [UInt8]), on server: ZooKeeperServer) async throws {
            var client = clientid_t()
            client.client_id = session.id
            withUnsafeMutableBytes(of: &client.passwd) { $0.copyBytes(from: session.password) }
            let handle = try #require(zookeeper_init2(server.address, nil, 4000, &client, nil, 0) { _ in })
            defer { zookeeper_close(handle) }
            let ends = [ZOO_CONNECTED_STATE, ZOO_EXPIRED_SESSION_STATE]
            for _ in 0..<500 where !ends.contains(zoo_state(handle)) { try await Task.sleep(for: .milliseconds(2)) }
        }

        @Test("a server whose disk was lost refuses, until the registry is begun again above every horizon")
        func diskLost() async throws {
            let scene = try await Scene()
            await scene.server.kill()
            try scene.server.removeData()
            scene.server.restart()
            try #require(try await scene.server.serves())
            // The server refuses those who have seen more than it has: another handle is needed.
            let error = try await untilAvailable { () async throws -> FrondError in
                do throws(FrondError) {
                    _ = try await scene.extend(to: now + 9000)
                } catch  where error.code == .registryLost {
                    return error
                }
                throw FrondError(.registryUnavailable, "it was extended")
            }
            #expect(error.message.contains("frond worker init"))
            let patient = scene.patient
            let origin = try await untilAvailable {
                try await patient.initialise(floorMilliseconds: now + 5000)
            }
            #expect(origin.floorMilliseconds == now + 5000)
            let next = try await patient.acquire(request(0..<1, at: now + 5000))
            #expect(next.floorMilliseconds == now + 5000)
        }

        @Test("addresses that are wrong are named, in time")
        func wrongAddress() async throws {
            let silent = try FaultProxy(to: FreePort.find())
            silent.blackHole(true)
            for address in [
                "127.0.0.1:\(try FreePort.find())", "127.0.0.1:\(silent.port)", "no-such-host.invalid:2181",
            ] {
                let registry = try ZooKeeperWorkerRegistry(
                    configuration(address, path: "/frond", options: "callTimeout=500ms"))
                let clock = ContinuousClock()
                let time = await clock.measure {
                    await expectError(.registryUnavailable, naming: address, "check") {
                        _ = try await registry.acquire(request(0..<1))
                    }
                }
                #expect(time < .seconds(5))
            }
        }

        @Test("a connection is closed when nobody uses the registry any more")
        func closes() async throws {
            let scene = try await Scene(sessionTimeout: "10s")
            let before = try #require(scene.server.connectionCount)
            do {
                let registries = try (0..<4).map { _ in try ZooKeeperWorkerRegistry(scene.patient.store.configuration) }
                for registry in registries { _ = try await registry.workers() }
                #expect(scene.server.connectionCount == before + 4)
            }
            for _ in 0..<500 where scene.server.connectionCount != before {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(scene.server.connectionCount == before)
            _ = try await scene.patient.workers()
        }
    }

}
