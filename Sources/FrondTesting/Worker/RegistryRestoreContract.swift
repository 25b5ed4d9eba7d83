public import Frond

/// The promises of a ``Frond/WorkerRecordStore`` whose data go back to an older copy while servers use it.
///
/// Used like ``WorkerRegistryContract``, beside it. The older copy is put in place record by record, through the store
/// itself. A broken promise is thrown as a ``ContractViolation``.
public struct RegistryRestoreContract<Store: WorkerRecordStore>: Sendable {
    /// One thing that a store must do.
    public enum Promise: String, CaseIterable, Sendable {
        case keepsTheSecret
        case comparesTheSecret
        case raisesTheFloor
        case goesOnWithItsOwnRecord
        case givesBackNoLessThanWasIssued
        case stopsForAnotherSecret
        case givesOutNoneOnceAHolderNoticed
        case putsNothingIntoAnOlderRecord
    }

    private let withFreshStore: @Sendable (@Sendable (Store) async throws -> Void) async throws -> Void

    /// - Parameter withFreshStore: makes data without any record, passes an initialised store on it, and removes the
    ///   data afterwards. May be called several times at once.
    public init(
        withFreshStore: @escaping @Sendable (@Sendable (Store) async throws -> Void) async throws -> Void
    ) {
        self.withFreshStore = withFreshStore
    }

    /// Checks one promise on fresh data.
    /// - Throws: ``ContractViolation`` where it is broken, and every error that the store answers with.
    public func check(_ promise: Promise) async throws {
        try await withFreshStore { store in
            switch promise {
            case .keepsTheSecret: try await keepsTheSecret(store)
            case .comparesTheSecret: try await comparesTheSecret(store)
            case .raisesTheFloor: try await raisesTheFloor(store)
            case .goesOnWithItsOwnRecord: try await goesOnWithItsOwnRecord(store)
            case .givesBackNoLessThanWasIssued: try await givesBackNoLessThanWasIssued(store)
            case .stopsForAnotherSecret: try await stopsForAnotherSecret(store)
            case .givesOutNoneOnceAHolderNoticed: try await givesOutNoneOnceAHolderNoticed(store)
            case .putsNothingIntoAnOlderRecord: try await putsNothingIntoAnOlderRecord(store)
            }
        }
    }

    private func keepsTheSecret(_ store: Store) async throws {
        let lease = try await acquire(store)
        try expect(lease.secret != nil, "a holding has no secret")
        try expectEqual(try await store.record(0), lease.record, "the record")
        try expectEqual(try await store.records(), [lease.record], "the records")
        let again = try await acquire(store, nowMilliseconds: lease.horizonMilliseconds)
        try expect(again.secret != lease.secret, "two holdings have one secret")
    }

    private func comparesTheSecret(_ store: Store) async throws {
        let lease = try await acquire(store)
        var other = lease.record
        other.secret = .random()
        try expect(try await !store.replace(other, with: lease.record), "another holding's record was replaced")
        other.secret = nil
        try expect(try await !store.replace(other, with: lease.record), "a record without the secret was replaced")
    }

    private func raisesTheFloor(_ store: Store) async throws {
        try await store.raiseFloor(to: now + 5000)
        try await store.raiseFloor(to: now + 4000)
        try expectEqual(try await store.origin().floorMilliseconds, now + 5000, "the floor")
        let unused = try WorkerRecord.unused(0).acquiring(
            by: holder(), nowMilliseconds: now, length: .seconds(3), secret: .random())
        try expect(try await !store.replace(nil, with: unused), "a worker ID was taken below the floor")
        try await expectError(.workerIDsExhausted, "a worker ID below the floor") { () throws(FrondError) in
            _ = try await acquire(store)
        }
        try expectEqual(
            try await acquire(store, nowMilliseconds: now + 5000).floorMilliseconds, now + 5000, "the next floor")
    }

    private func goesOnWithItsOwnRecord(_ store: Store) async throws {
        let (old, lease) = try await restored(store) { _, lease in lease }
        try expect(old.horizonMilliseconds < lease.horizonMilliseconds, "the copy is not older")
        let checked = try await StoredWorkerRegistry(store).extend(
            lease, to: lease.horizonMilliseconds, nowMilliseconds: now)
        try expectEqual(checked.horizonMilliseconds, lease.horizonMilliseconds, "the horizon the holder knows")
        try expectEqual(try await store.record(0), checked.record, "the record")
        try await expectNoneIsGiven(store)
    }

    private func givesBackNoLessThanWasIssued(_ store: Store) async throws {
        let (_, lease) = try await restored(store) { _, lease in lease }
        let end = lease.horizonMilliseconds - 10
        try await StoredWorkerRegistry(store).release(lease, at: end, nowMilliseconds: end)
        try expectEqual(try await store.record(0)?.horizonMilliseconds, end, "the end of what was issued")
    }

    private func stopsForAnotherSecret(_ store: Store) async throws {
        let (stranger, lease) = try await restored(store) { old, lease in
            var stranger = old
            stranger.secret = .random()
            stranger.holder = holder("host-b")
            return WorkerLease(record: stranger)
        }
        try expectEqual(stranger.token, lease.token, "the token of the other holding")
        let registry = StoredWorkerRegistry(store)
        for horizon in [lease.horizonMilliseconds, lease.horizonMilliseconds + 9000] {
            try await expectError(.workerIDTaken, "an extension by the holder before") { () throws(FrondError) in
                _ = try await registry.extend(lease, to: horizon, nowMilliseconds: now)
            }
        }
        try await expectError(.workerIDTaken, "a release by the holder before") { () throws(FrondError) in
            try await registry.release(lease, at: now, nowMilliseconds: now)
        }
        try expectEqual(try await store.record(0)?.secret, stranger.secret, "the secret of the other holding")
    }

    private func givesOutNoneOnceAHolderNoticed(_ store: Store) async throws {
        let (_, lease) = try await restored(store) { old, _ in
            var stranger = old
            stranger.secret = .random()
            return WorkerLease(record: stranger)
        }
        try await expectError(.workerIDTaken, "an extension by the holder before") { () throws(FrondError) in
            _ = try await StoredWorkerRegistry(store).extend(
                lease, to: lease.horizonMilliseconds, nowMilliseconds: now)
        }
        try await expectNoneIsGiven(store)
    }

    private func putsNothingIntoAnOlderRecord(_ store: Store) async throws {
        let first = try await acquire(store)
        let registry = StoredWorkerRegistry(store)
        try await registry.release(first, at: now + 5, nowMilliseconds: now + 5)
        let old = try await store.record(0)
        let lease = try await acquire(store, nowMilliseconds: now + 10)
        try expect(try await store.replace(lease.record, with: old ?? first.record), "the copy was not put in place")
        try await expectError(.registryLost, "an extension in an older registry") { () throws(FrondError) in
            _ = try await registry.extend(lease, to: now + 9000, nowMilliseconds: now + 20)
        }
        try expectEqual(try await store.record(0), old, "the record")
        try await expectNoneIsGiven(store)
        try await expectError(.workerIDTaken, "an extension beyond the horizon") { () throws(FrondError) in
            _ = try await registry.extend(
                lease, to: now + 90_000, nowMilliseconds: lease.horizonMilliseconds)
        }
    }

    // MARK: What the promises are made of

    /// 2024-01-01T00:00:00Z.
    private var now: Int64 { 1_704_067_200_000 }

    private func holder(_ host: String = "host-a") -> WorkerHolder {
        WorkerHolder(host: host, processID: 1, startedAtMilliseconds: now)
    }

    private func acquire(_ store: Store, nowMilliseconds: Int64? = nil, count: Int64 = 1) async throws(FrondError)
        -> WorkerLease
    {
        try await StoredWorkerRegistry(store).acquire(
            WorkerRequest(
                holder: holder(), workerIDs: 0..<count, nowMilliseconds: nowMilliseconds ?? now, length: .seconds(3)))
    }

    /// Takes a worker ID, moves its horizon on, and puts an older record in its place.
    /// - Parameter replacement: the record in the copy, given the one before the extension.
    private func restored(
        _ store: Store, _ replacement: (WorkerRecord, WorkerLease) -> WorkerLease
    ) async throws -> (WorkerRecord, WorkerLease) {
        let first = try await acquire(store)
        let lease = try await StoredWorkerRegistry(store).extend(
            first, to: first.horizonMilliseconds + 9000, nowMilliseconds: now)
        let old = replacement(first.record, WorkerLease(record: first.record)).record
        try expect(try await store.replace(lease.record, with: old), "the copy was not put in place")
        return (old, lease)
    }

    private func expectNoneIsGiven(_ store: Store) async throws {
        try await expectError(.workerIDsExhausted, "a worker ID from a registry that went back") {
            () throws(FrondError) in
            _ = try await acquire(store, nowMilliseconds: now + 600_000, count: 4)
        }
    }
}

extension RegistryRestoreContract: ContractExpectations {}
