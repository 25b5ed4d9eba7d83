import Frond
import FrondTesting
import Synchronization
import TestServers
import Testing

@testable import FrondZooKeeper

extension OnOneServer {
    @Suite("When the network between Frond and ZooKeeper fails", .timeLimit(.minutes(5)))
    struct NetworkTests {
        /// A registry behind a network, and one beside it that is not.
        private struct Scene {
            let proxy: FaultProxy
            let registry: ZooKeeperWorkerRegistry
            let direct: ZooKeeperWorkerRegistry

            init(callTimeout: String = "10s") async throws {
                let server = try sharedServer()
                let path = freshPath()
                proxy = try FaultProxy(to: server.port)
                direct = try await newRegistry(configuration(server.address, path: path))
                registry = try ZooKeeperWorkerRegistry(
                    configuration(
                        "127.0.0.1:\(proxy.port)", path: path, options: "callTimeout=\(callTimeout)"))
            }

            /// Loses the reply to the next change of several nodes, and to nothing else.
            func loseReplyToAChange() {
                let unread = Mutex<[UInt8]>([])
                proxy.cutBeforeReply { bytes in
                    // A request begins with its length, its number and its kind, of four bytes each; 14 is `multi`. It
                    // may come in parts, and behind others, such as a ping.
                    unread.withLock { unread in
                        unread += bytes
                        while unread.count >= 12 {
                            if unread[8..<12].elementsEqual([0, 0, 0, 14]) { return true }
                            let length = 4 + unread[..<4].reduce(0) { $0 << 8 | Int($1) }
                            guard unread.count >= length else { return false }
                            unread.removeFirst(length)
                        }
                        return false
                    }
                }
            }
        }

        @Test("an extension whose reply is lost is of unknown outcome, and found made by the next")
        func lostExtension() async throws {
            let scene = try await Scene()
            let lease = try await scene.registry.acquire(request(0..<1))
            scene.loseReplyToAChange()
            await expectError(.registryUnavailable, naming: "not known", scene.registry.store.paths.worker(0)) {
                _ = try await scene.registry.extend(lease, to: now + 9000, nowMilliseconds: now)
            }
            #expect(scene.proxy.lostReplies == 1)
            #expect(try await scene.direct.store.record(0)?.horizonMilliseconds == now + 9000)
            let longer = try await untilAvailable {
                try await scene.registry.extend(lease, to: now + 9000, nowMilliseconds: now)
            }
            #expect(longer.token == lease.token)
            #expect(longer.horizonMilliseconds == now + 9000)
        }

        @Test("a worker ID whose reply is lost is given to nobody else before its horizon")
        func lostAcquisition() async throws {
            let scene = try await Scene()
            _ = try await scene.registry.workers()
            scene.loseReplyToAChange()
            await expectError(.registryUnavailable) { _ = try await scene.registry.acquire(request(0..<1)) }
            #expect(scene.proxy.lostReplies == 1)
            await expectError(.workerIDsExhausted) { _ = try await scene.direct.acquire(request(0..<1, by: "host-b")) }
            let next = try await scene.direct.acquire(request(0..<1, by: "host-b", at: now + 3000))
            #expect(next.floorMilliseconds == now + 3000)
        }

        @Test("what changes nothing is asked again where its reply is lost")
        func lostRead() async throws {
            let scene = try await Scene()
            let lease = try await scene.registry.acquire(request(0..<1))
            scene.proxy.cutBeforeReply { $0.count >= 12 }
            #expect(try await scene.registry.workers() == [lease.record])
            #expect(scene.proxy.lostReplies == 1)
        }

        @Test("a network that swallows everything costs each call its time, and a change that arrives late is harmless")
        func swallowed() async throws {
            let scene = try await Scene(callTimeout: "1s")
            let lease = try await scene.direct.acquire(request(0..<1))
            _ = try await untilAvailable { try await scene.registry.workers() }
            scene.proxy.blackHole(true)
            let clock = ContinuousClock()
            let time = await clock.measure {
                await expectError(.registryUnavailable, naming: "127.0.0.1:\(scene.proxy.port)") {
                    _ = try await scene.registry.extend(lease, to: now + 9000, nowMilliseconds: now)
                }
            }
            #expect(time < .seconds(5))
            let other = try await scene.direct.acquire(request(0..<1, by: "host-b", at: now + 3000))
            scene.proxy.blackHole(false)
            let error = await #expect(throws: FrondError.self) {
                try await untilAvailable {
                    try await scene.registry.extend(lease, to: now + 90_000, nowMilliseconds: now + 3000)
                }
            }
            #expect(error?.code == .workerIDTaken, "\(error?.message ?? "")")
            #expect(try await scene.direct.store.record(0) == other.record)
        }
    }
}
