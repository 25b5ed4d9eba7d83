import TestServers
import Testing

/// Starts a private ZooKeeper for the tests of a suite together.
struct ZooKeeperTrait: SuiteTrait, TestScoping {
    @TaskLocal static var current: ZooKeeperServer?

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let server = try await ZooKeeperServer.start()
        try await Self.$current.withValue(server) { try await function() }
    }
}

extension Trait where Self == ZooKeeperTrait {
    static var zooKeeper: Self { Self() }
}

/// The tests of one ZooKeeper that none of them stops, with a path for each test.
@Suite("On one ZooKeeper", .zooKeeper, .timeLimit(.minutes(5)))
struct OnOneServer {}

/// The tests that stop their own servers: one test after another, since each server takes a core to start.
@Suite("On servers of their own", .serialized, .timeLimit(.minutes(5)))
struct OnServersOfTheirOwn {}
