import Foundation
import Frond
import TestServers
import Testing

@testable import FrondZooKeeper

/// 2024-01-01T00:00:00Z.
let now: Int64 = 1_704_067_200_000

/// A path that no other test uses.
func freshPath() -> String { "/test-\(UUID().uuidString)/frond" }

/// The server of ``OnOneServer``.
func sharedServer() throws -> ZooKeeperServer { try #require(ZooKeeperTrait.current) }

/// - Parameter options: long enough times for a busy machine where they are not what is tested.
func configuration(
    _ addresses: String, path: String, options: String = "callTimeout=10s", user: String = ""
) throws -> ZooKeeperConfiguration {
    try ZooKeeperConfiguration(url: "zookeeper://\(user)\(addresses)\(path)?\(options)")
}

func store(_ configuration: ZooKeeperConfiguration) throws -> ZooKeeperWorkerStore {
    try ZooKeeperWorkerStore(configuration, logger: nil)
}

/// A registry that is initialised.
func newRegistry(_ configuration: ZooKeeperConfiguration) async throws -> ZooKeeperWorkerRegistry {
    let registry = try ZooKeeperWorkerRegistry(configuration)
    _ = try await registry.initialise(floorMilliseconds: nil)
    return registry
}

func request(
    _ workerIDs: Range<Int64>, by host: String = "host-a", at time: Int64 = now, length: Duration = .seconds(3)
) -> WorkerRequest {
    WorkerRequest(
        holder: WorkerHolder(host: host, processID: 1, startedAtMilliseconds: now, address: "\(host):8080"),
        workerIDs: workerIDs, nowMilliseconds: time, length: length)
}

/// Expects an error whose one line names all of this.
func expectError(
    _ code: FrondError.Code, naming texts: String..., sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async {
    let error = await #expect(throws: FrondError.self, sourceLocation: sourceLocation) { try await body() }
    #expect(error?.code == code, "\(error?.message ?? "")", sourceLocation: sourceLocation)
    for text in texts {
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")", sourceLocation: sourceLocation)
    }
    #expect(error?.message.contains("\n") == false, sourceLocation: sourceLocation)
}
