import Frond
import FrondMySQL
import Testing

@Suite("Layouts of worker IDs", .timeLimit(.minutes(5)))
struct WorkerLayoutTests {
    @Test("the layout of a worker ID is kept as it is extended, and another one gets none while it is in use")
    func layouts() async throws {
        let database = try await TestDatabase.make()
        let registry = MySQLWorkerRegistry(MySQLWorkerStore(database.configuration))
        _ = try await registry.initialise(floorMilliseconds: nil)
        var request = workerRequest(0..<4)
        request.layout = .leaf
        let lease = try await registry.acquire(request)
        _ = try await registry.extend(lease, to: lease.horizonMilliseconds + 5000, nowMilliseconds: 1_000_000)
        #expect(try await registry.workers().map(\.layout) == [WorkerLayout(.leaf)])
        request.layout = .twitter
        let refused = request
        let error = await #expect(throws: FrondError.self) { try await registry.acquire(refused) }
        #expect(error?.code == .workerIDsExhausted)
        request.layout = .leaf
        #expect(try await registry.acquire(request).workerID != lease.workerID)
    }
}
