import Foundation
import Frond
import FrondEtcd
import FrondTesting
import TestServers
import Testing

/// One etcd for all tests of a suite that do it no harm: each takes a prefix of its own.
struct SharedEtcd: SuiteTrait, TestScoping {
    @TaskLocal static var server: EtcdServer?

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let server = try await EtcdServer.start()
        let result: Result<Void, any Error>
        do {
            result = .success(try await Self.$server.withValue(server) { try await function() })
        } catch {
            result = .failure(error)
        }
        // Tasks that have not ended yet may hold the value of the task still as the process exits.
        await server.kill(0)
        try result.get()
    }
}

extension Trait where Self == SharedEtcd {
    static var sharedEtcd: Self { SharedEtcd() }
}

/// The etcd of the suite.
func sharedEtcd() throws -> EtcdServer {
    try #require(SharedEtcd.server, "the suite has the trait .sharedEtcd")
}

/// A prefix that nobody else uses.
func freshPrefix() -> String { "test/\(UUID().uuidString)" }

/// Time enough on a machine that is busy with other tests.
let patience = "?timeout=20s"

extension EtcdServer {
    func configuration(
        _ prefix: String = "frond", options: String = patience, user: String = ""
    ) throws -> EtcdConfiguration {
        try EtcdConfiguration(url: "etcd://\(user)\(addresses.joined(separator: ","))/\(prefix)\(options)")
    }

    /// A registry that has been initialised, by whichever call was first.
    func registry(
        _ prefix: String = "frond", options: String = patience, user: String = ""
    ) async throws -> EtcdWorkerRegistry {
        let registry = try EtcdWorkerRegistry(try configuration(prefix, options: options, user: user))
        try await untilAvailable {
            _ = try await registry.store.initialise(.test, replacing: nil)
        }
        return registry
    }
}

extension RegistryOrigin {
    static let test = RegistryOrigin(id: "test", floorMilliseconds: 0)
}

extension EtcdWorkerRegistry {
    /// Takes a worker ID for 3 seconds.
    /// - Parameter nowMilliseconds: a million milliseconds after 1970 began.
    func acquire(
        _ workerIDs: Range<Int64>, by host: String = "test", nowMilliseconds: Int64 = 1_000_000
    ) async throws(FrondError) -> WorkerLease {
        let holder = WorkerHolder(host: host, processID: 1, startedAtMilliseconds: 0)
        return try await acquire(
            WorkerRequest(
                holder: holder, workerIDs: workerIDs, nowMilliseconds: nowMilliseconds, length: .seconds(3)))
    }
}
