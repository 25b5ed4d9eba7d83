import Frond
import Testing

@testable import FrondServer

@Suite("The shares of clients in the worker IDs", .timeLimit(.minutes(5)))
struct WorkerSharesTests {
    private func lease(_ workerID: Int64, until horizon: Int64) -> WorkerLease {
        WorkerLease(
            record: WorkerRecord(
                workerID: workerID, holder: nil, isReleased: false, floorMilliseconds: 0, horizonMilliseconds: horizon,
                token: 1, updatedAtMilliseconds: 0))
    }

    private func take(
        _ shares: inout WorkerShares, _ client: String, _ workerID: Int64, held: Int = 0, of count: Int = 1024,
        now: Int64 = 0
    ) throws(FrondError) {
        try shares.begin(client: client, heldCount: held, workerCount: count, nowMilliseconds: now)
        shares.note(lease(workerID, until: now + 100), client: client)
        shares.end(client: client)
    }

    @Test("a client takes as many as it may, and again when they have expired or were given back")
    func perClient() throws {
        var shares = WorkerShares(limits: .init(perClient: 2))
        try take(&shares, "a", 1)
        try take(&shares, "a", 2)
        var error = #expect(throws: FrondError.self) { try take(&shares, "a", 3) }
        #expect(error?.code == .workerIDsExhausted)
        try take(&shares, "b", 3)
        shares.forget(2)
        try take(&shares, "a", 4)
        error = #expect(throws: FrondError.self) { try take(&shares, "a", 5) }
        #expect(error?.code == .workerIDsExhausted)
        try take(&shares, "a", 5, now: 100)
    }

    @Test("acquisitions under way count")
    func pending() throws {
        var shares = WorkerShares(limits: .init(perClient: 1))
        try shares.begin(client: "a", heldCount: 0, workerCount: 8, nowMilliseconds: 0)
        #expect(throws: FrondError.self) {
            try shares.begin(client: "a", heldCount: 0, workerCount: 8, nowMilliseconds: 0)
        }
        shares.end(client: "a")
        try shares.begin(client: "a", heldCount: 0, workerCount: 8, nowMilliseconds: 0)
    }

    @Test("the last quarter of the worker IDs is left to servers")
    func reserved() throws {
        var shares = WorkerShares()
        try take(&shares, "a", 1, held: 767)
        let error = #expect(throws: FrondError.self) { try take(&shares, "b", 2, held: 768) }
        #expect(error?.message.contains("reserved for servers") == true)
        // A layout with few worker IDs reserves none.
        try take(&shares, "c", 0, held: 0, of: 1)
    }
}
