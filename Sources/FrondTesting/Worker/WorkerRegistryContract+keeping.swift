import Frond

extension WorkerRegistryContract {
    func reservesBeyondNow(_ registry: any WorkerRegistry) async throws {
        let lease = try await acquire(registry)
        try expectEqual(lease.horizonMilliseconds, now + 3000, "the horizon of a new worker ID")
        try expect(lease.floorMilliseconds <= now, "a new worker ID begins at \(lease.floorMilliseconds), after now")
    }

    func keepsTheHolder(_ registry: any WorkerRegistry) async throws {
        let lease = try await acquire(registry)
        let records = try await registry.workers()
        try expectEqual(shown(records), shown([lease.record]), "the list of workers")
        try expectEqual(records.first?.holder, holder(), "the holder")
        try expectEqual(records.first?.isReleased, false, "whether it is given back")
        try expectEqual(records.first?.updatedAtMilliseconds, now, "when it changed")
    }

    func extendsTheHorizon(_ registry: any WorkerRegistry) async throws {
        let lease = try await acquire(registry)
        let longer = try await registry.extend(lease, to: now + 9000, nowMilliseconds: now + 1000)
        try expectEqual(longer.horizonMilliseconds, now + 9000, "the horizon after it was moved")
        try expectEqual(longer.token, lease.token, "the token of a lease that goes on")
        try expectEqual(longer.floorMilliseconds, lease.floorMilliseconds, "the floor of a lease that goes on")
        let longest = try await registry.extend(longer, to: now + 12_000, nowMilliseconds: now + 2000)
        try expectEqual(shown(try await registry.workers()), shown([longest.record]), "the list of workers")
    }

    func neverShortensAHorizonByExtending(_ registry: any WorkerRegistry) async throws {
        let lease = try await acquire(registry)
        let same = try await registry.extend(lease, to: now + 1000, nowMilliseconds: now)
        try expectEqual(same.horizonMilliseconds, now + 3000, "the horizon after a call with an earlier one")
    }

    /// The caller was told nothing of the first extension, and goes on with the lease it has.
    func extendsAfterAReplyWasLost(_ registry: any WorkerRegistry) async throws {
        let lease = try await acquire(registry)
        _ = try await registry.extend(lease, to: now + 6000, nowMilliseconds: now + 1000)
        let found = try await registry.extend(lease, to: now + 5000, nowMilliseconds: now + 2000)
        try expectEqual(found.horizonMilliseconds, now + 6000, "the horizon, which had been moved already")
        let longer = try await registry.extend(lease, to: now + 9000, nowMilliseconds: now + 3000)
        try expectEqual(longer.horizonMilliseconds, now + 9000, "the horizon")
    }

    func releasePullsTheHorizonBack(_ registry: any WorkerRegistry) async throws {
        let lease = try await acquire(registry)
        try await registry.release(lease, at: now + 17, nowMilliseconds: now + 16)
        let record = try await registry.workers().first
        try expectEqual(record?.horizonMilliseconds, now + 17, "the horizon of a worker ID that was given back")
        try expectEqual(record?.state(nowMilliseconds: now + 17), .free, "its state")
        // After an extension whose reply was lost, as well.
        let next = try await acquire(registry, after: 1000)
        _ = try await registry.extend(next, to: now + 9000, nowMilliseconds: now + 1000)
        try await registry.release(next, at: now + 1005, nowMilliseconds: now + 1004)
        let records = try await registry.workers()
        try expectEqual(
            records.first { $0.workerID == next.workerID }?.horizonMilliseconds, now + 1005,
            "the horizon after an extension of which nothing was heard")
    }

    func releaseNeverGoesBelowTheFloor(_ registry: any WorkerRegistry) async throws {
        let first = try await acquire(registry)
        try await registry.release(first, at: now + 50, nowMilliseconds: now + 50)
        let second = try await acquire(registry, after: 60)
        try await registry.release(second, at: 0, nowMilliseconds: now + 60)
        let horizon = try await registry.workers().map(\.horizonMilliseconds).max()
        try expectEqual(horizon, now + 50, "the horizon after a release below the floor")
    }

    func nextHolderBeginsAtTheHorizon(_ registry: any WorkerRegistry) async throws {
        let first = try await acquire(registry, count: 1)
        try await registry.release(first, at: now + 2500, nowMilliseconds: now + 2000)
        let second = try await acquire(registry, by: "host-b", after: 2600, count: 1)
        try expectEqual(second.workerID, first.workerID, "the only worker ID")
        try expectEqual(second.floorMilliseconds, now + 2500, "the floor of the next holder")
        try expectEqual(second.horizonMilliseconds, now + 5600, "the horizon of the next holder")
    }

    func tokenGrowsWithEachHolder(_ registry: any WorkerRegistry) async throws {
        var token = Int64.min
        for round in 0..<5 {
            let lease = try await acquire(registry, after: Int64(round) * 1000, count: 1)
            try expect(lease.token > token, "the token went from \(token) to \(lease.token)")
            token = lease.token
            try await registry.release(
                lease, at: now + Int64(round) * 1000 + 10, nowMilliseconds: now + Int64(round) * 1000 + 10)
        }
    }

    func refusesToExtendAfterARelease(_ registry: any WorkerRegistry) async throws {
        let lease = try await acquire(registry)
        try await registry.release(lease, at: now, nowMilliseconds: now)
        try await expectError(.workerIDTaken, "an extension after the release") { () throws(FrondError) in
            _ = try await registry.extend(lease, to: now + 9000, nowMilliseconds: now)
        }
    }

    func refusesToReleaseTwice(_ registry: any WorkerRegistry) async throws {
        let lease = try await acquire(registry)
        try await registry.release(lease, at: now, nowMilliseconds: now)
        try await expectError(.workerIDTaken, "a second release") { () throws(FrondError) in
            try await registry.release(lease, at: now, nowMilliseconds: now)
        }
    }

    func refusesToFreeWhatIsHeld(_ registry: any WorkerRegistry) async throws {
        let lease = try await acquire(registry)
        try await expectError(.workerIDHeld, "freeing a worker ID that is held") { () throws(FrondError) in
            _ = try await registry.free(lease.workerID, nowMilliseconds: now + 2999)
        }
        let longer = try await registry.extend(lease, to: now + 9000, nowMilliseconds: now)
        try expectEqual(longer.token, lease.token, "the token of the holder that was not freed")
    }

    func freesWhatHasExpired(_ registry: any WorkerRegistry) async throws {
        let lease = try await acquire(registry)
        let record = try await registry.free(lease.workerID, nowMilliseconds: now + 3000)
        try expectEqual(record.state(nowMilliseconds: now + 3000), .free, "the state of a worker ID that was freed")
        try expectEqual(record.horizonMilliseconds, now + 3000, "the horizon of a worker ID that was freed")
        try await expectError(.workerIDTaken, "an extension after that") { () throws(FrondError) in
            _ = try await registry.extend(lease, to: now + 9000, nowMilliseconds: now + 3000)
        }
    }

    func refusesToFreeWhatNobodyHeld(_ registry: any WorkerRegistry) async throws {
        try await expectError(.invalidArgument, "freeing a worker ID that was never held") { () throws(FrondError) in
            _ = try await registry.free(fixedOrFirst, nowMilliseconds: now)
        }
    }

    func goesOnWhereItWasAfterReopening(_ open: @escaping Open) async throws {
        var lease: WorkerLease
        do {
            let registry = try await open()
            lease = try await acquire(registry, count: 1)
            lease = try await registry.extend(lease, to: now + 7000, nowMilliseconds: now + 1000)
        }
        let registry = try await open()
        try expectEqual(
            shown(try await registry.workers()), shown([lease.record]), "the list of workers after reopening")
        let next = try await acquire(registry, after: 7000, count: 1)
        try expectEqual(next.floorMilliseconds, now + 7000, "the floor after reopening")
    }

    func refusesALeaseWithoutItsSecret(_ registry: any WorkerRegistry) async throws {
        let lease = try await acquire(registry)
        for secret in [nil, WorkerSecret.random()] {
            var record = lease.record
            record.secret = secret
            let forged = WorkerLease(record: record)
            for horizon in [now + 1000, now + 9000] {
                try await expectError(.workerIDTaken, "an extension without the secret") { () throws(FrondError) in
                    _ = try await registry.extend(forged, to: horizon, nowMilliseconds: now)
                }
            }
            try await expectError(.workerIDTaken, "a release without the secret") { () throws(FrondError) in
                try await registry.release(forged, at: now, nowMilliseconds: now)
            }
        }
        let longer = try await registry.extend(lease, to: now + 9000, nowMilliseconds: now)
        try expectEqual(longer.horizonMilliseconds, now + 9000, "the horizon of the holder")
    }

    func checksALeaseWithoutMovingIt(_ registry: any WorkerRegistry) async throws {
        let lease = try await acquire(registry)
        let checked = try await registry.extend(
            lease, to: lease.horizonMilliseconds, nowMilliseconds: now + 1000)
        try expectEqual(checked, lease, "a lease that was checked")
        try await registry.release(lease, at: now + 1000, nowMilliseconds: now + 1000)
        try await expectError(.workerIDTaken, "a check after the release") { () throws(FrondError) in
            _ = try await registry.extend(lease, to: lease.horizonMilliseconds, nowMilliseconds: now + 1000)
        }
    }

    /// The records as every list may show them.
    func shown(_ records: [WorkerRecord]) -> [WorkerRecord] { records.map(\.withoutSecret) }
}
