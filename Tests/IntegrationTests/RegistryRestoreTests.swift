import Foundation
import FrondTesting
import TestServers
import Testing

/// `frond serve` over real registries that go back to a copy while it runs.
@Suite("A registry of worker IDs that is restored from a copy", .timeLimit(.minutes(5)))
struct RegistryRestoreTests {
    private func serve(_ registry: RestorableRegistry) async throws -> FrondServerProcess {
        // A store of its own: the registry alone goes back. There is one worker ID, which both want.
        try await FrondServerProcess.start(
            in: try TemporaryDirectory(), ["--registry", registry.url, "--set", "snowflake.workerBits=0"])
    }

    /// Asks both servers at once for so many IDs that they would meet if both had the worker ID of the other.
    private func ask(
        _ one: FrondServerProcess, _ other: FrondServerProcess, into ids: inout IssuedIDs, atLeast limit: Duration,
        until isEnough: () -> Bool
    ) async throws {
        let (count, start) = (500, ContinuousClock.now)
        while ContinuousClock.now - start < limit || !isEnough() {
            async let ones = one.snowflake(count: count)
            async let others = other.snowflake(count: count)
            try ids.check(try await ones, count: count, of: one)
            try ids.check(try await others, count: count, of: other)
            try #require(ContinuousClock.now - start < .seconds(60), "nothing is said: \(one.process.printed)")
        }
    }

    @Test(
        "its holder notices and says so, a new server gets no worker ID that is in use, and no ID comes twice",
        arguments: RestorableRegistry.Kind.allCases, [true, false])
    func restored(kind: RestorableRegistry.Kind, isBeforeTheHolder: Bool) async throws {
        let registry = try await RestorableRegistry.start(kind)
        if isBeforeTheHolder { try await registry.backUp() }
        let holder = try await serve(registry)
        var ids = IssuedIDs(workerBits: 0)
        try await ids.takeUntilServed(by: holder)
        if !isBeforeTheHolder { try await registry.backUp() }
        // The copy's horizon has passed, and the holder's has not.
        let copied = try #require(try await holder.horizonAhead())
        let passed = Date(timeIntervalSinceNow: copied)
        try await poll("the horizon moves on") {
            guard let ahead = try await holder.horizonAhead(), Date.now > passed, ahead > 2 else { return Bool?.none }
            return true
        }
        try await ids.take(from: holder)
        try await registry.restore()
        let new = try await serve(registry)
        try await ask(holder, new, into: &ids, atLeast: .seconds(6)) {
            holder.process.printed.contains("the registry of worker IDs went back")
                || holder.process.printed.contains("the worker ID was lost")
        }
        #expect(await holder.stop() == 0)
        #expect(await new.stop() == 0)
    }
}
