import Frond
import FrondMySQL
import TestServers
import Testing

@Suite("A takeover that was decided before the registry was lost", .timeLimit(.minutes(5)))
struct LateTakeoverTests {
    @Test("is refused where it begins below the floor, for a new record and for one that is there")
    func belowTheFloor() async throws {
        let database = try await TestDatabase.make()
        let store = MySQLWorkerStore(database.configuration)
        let origin = RegistryOrigin(id: "a1", floorMilliseconds: 0)
        #expect(try await store.initialise(origin, replacing: nil))
        let request = WorkerRequest(
            holder: WorkerHolder(host: "host-a", processID: 1, startedAtMilliseconds: 0), workerIDs: 0..<1,
            nowMilliseconds: 1000, length: .seconds(3))
        let lease = try await MySQLWorkerRegistry(store).acquire(request)
        let later = RegistryOrigin(id: "b2", floorMilliseconds: 90_000)
        #expect(try await store.initialise(later, replacing: origin))
        var successor = lease.record
        successor.floorMilliseconds = lease.record.horizonMilliseconds
        successor.horizonMilliseconds += 3000
        successor.token += 1
        #expect(try await !store.replace(lease.record, with: successor))
        successor.workerID = 1
        #expect(try await !store.replace(nil, with: successor))
        // Who holds it goes on, and who begins above the floor may.
        var extended = lease.record
        extended.horizonMilliseconds += 1000
        #expect(try await store.replace(lease.record, with: extended))
        successor.floorMilliseconds = 90_000
        successor.horizonMilliseconds = 93_000
        #expect(try await store.replace(nil, with: successor))
    }
}
