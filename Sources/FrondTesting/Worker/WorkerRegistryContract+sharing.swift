import Frond

extension WorkerRegistryContract {
    func givesEachWorkerIDOnce(_ registry: any WorkerRegistry) async throws {
        var taken: Set<Int64> = []
        for index in 0..<4 {
            let lease = try await acquire(registry, by: "host-\(index)")
            try expect(taken.insert(lease.workerID).inserted, "worker ID \(lease.workerID) was given twice")
        }
        try expectEqual(taken, [0, 1, 2, 3], "the worker IDs")
    }

    func saysWhenTheNextIsFree(_ registry: any WorkerRegistry) async throws {
        for index in 0..<4 { _ = try await acquire(registry, after: Int64(index) * 100) }
        do throws(FrondError) {
            _ = try await acquire(registry, by: "host-b", after: 1000)
        } catch {
            try expectEqual(error.code, .workerIDsExhausted, "the error where all are held")
            try expectEqual(error.retryAfter, .milliseconds(2000), "when the next is free")
            try expect(error.message.contains("4"), "'\(error)' does not say how many there are")
            return
        }
        throw ContractViolation("a fifth of four worker IDs was given", file: #fileID, line: #line)
    }

    func givesAnExpiredWorkerIDToAnother(_ registry: any WorkerRegistry) async throws {
        let first = try await acquire(registry, count: 1)
        let second = try await acquire(registry, by: "host-b", after: 3000, count: 1)
        try expectEqual(second.workerID, first.workerID, "the worker ID whose horizon has passed")
        try expectEqual(second.floorMilliseconds, first.horizonMilliseconds, "the floor of the new holder")
    }

    func refusesTheOldHolderAfterATakeover(_ registry: any WorkerRegistry) async throws {
        let first = try await acquire(registry, count: 1)
        let second = try await acquire(registry, by: "host-b", after: 3000, count: 1)
        try await expectError(.workerIDTaken, "an extension by the old holder") { () throws(FrondError) in
            _ = try await registry.extend(first, to: now + 90_000, nowMilliseconds: now + 3001)
        }
        try await expectError(.workerIDTaken, "a release by the old holder") { () throws(FrondError) in
            try await registry.release(first, at: now + 100, nowMilliseconds: now + 3001)
        }
        try expectEqual(shown(try await registry.workers()), shown([second.record]), "the list of workers")
    }

    func findsItsOwnWorkerIDAgain(_ registry: any WorkerRegistry) async throws {
        let leases = [try await acquire(registry, by: "host-a"), try await acquire(registry, by: "host-b")]
        let again = try await acquire(registry, by: "host-a", after: 3000)
        try expectEqual(again.workerID, leases[0].workerID, "the worker ID of a host that comes back after a crash")
        try await registry.release(leases[1], at: now + 10, nowMilliseconds: now + 10)
        let after = try await acquire(registry, by: "host-b", after: 20)
        try expectEqual(after.workerID, leases[1].workerID, "the worker ID of a host that comes back after a stop")
    }

    func staysWithinTheWorkerIDsWanted(_ registry: any WorkerRegistry) async throws {
        for index in 0..<4 { _ = try await acquire(registry, by: "host-\(index)") }
        for index in 0..<2 {
            let lease = try await acquire(registry, by: "host-\(index)", after: 5000 + Int64(index), count: 2)
            try expect((0..<2).contains(lease.workerID), "worker ID \(lease.workerID) was given for 0 ..< 2")
        }
    }

    func concurrentAcquisitionsAreDisjoint(_ open: @escaping Open) async throws {
        let registry = try await open()
        try await expectDisjoint(Array(repeating: registry, count: 12))
    }

    func registriesOnTheSameDataAreDisjoint(_ open: @escaping Open) async throws {
        var registries: [any WorkerRegistry] = []
        for _ in 0..<4 { registries.append(try await open()) }
        try await expectDisjoint(registries + registries + registries)
    }

    private func expectDisjoint(_ registries: [any WorkerRegistry]) async throws {
        for round in 0..<4 {
            let leases = try await withThrowingTaskGroup(of: WorkerLease.self) { group in
                for (index, registry) in registries.enumerated() {
                    group.addTask {
                        try await acquire(
                            registry, by: "host-\(round)-\(index)", after: Int64(round) * 3000, count: 16)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let workerIDs = Set(leases.map(\.workerID))
            try expectEqual(workerIDs.count, leases.count, "the number of worker IDs taken at once")
        }
    }

    func listsWorkersInOrder(_ registry: any WorkerRegistry) async throws {
        for index in 0..<4 { _ = try await acquire(registry, by: "host-\(index)") }
        try expectEqual(try await registry.workers().map(\.workerID), [0, 1, 2, 3], "the list of workers")
    }
}

extension WorkerRegistryContract: ContractExpectations {
    var fixedOrFirst: Int64 { fixedWorkerID ?? 0 }
}
