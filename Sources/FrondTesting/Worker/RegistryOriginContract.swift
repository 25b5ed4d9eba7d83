public import Frond

/// The promises of a ``Frond/WorkerRecordStore`` that lives apart from its servers, and so can be lost while they run.
///
/// Beside ``WorkerRegistryContract``, and used like it. A broken promise is thrown as a ``ContractViolation``.
public struct RegistryOriginContract<Store: WorkerRecordStore>: Sendable {
    /// A store on data that a promise may do with as it likes.
    public struct Data: Sendable {
        let open: @Sendable () async throws -> Store
        let wipe: @Sendable () async throws -> Void

        /// - Parameters:
        ///   - open: opens a store on the data; each call another one, as another process would.
        ///   - wipe: removes all of the data, as the loss of a disk does; open stores go on.
        public init(
            open: @escaping @Sendable () async throws -> Store, wipe: @escaping @Sendable () async throws -> Void
        ) {
            self.open = open
            self.wipe = wipe
        }
    }

    /// One thing that a store must do.
    public enum Promise: String, CaseIterable, Sendable {
        case refusesBeforeItIsInitialised
        case isInitialisedOnce
        case keepsItsOrigin
        case refusesOnceItWasWiped
        case beginsAboveTheFloorAfterALoss
        case oneOfManyInitialises
    }

    private let withFreshData: @Sendable (@Sendable (Data) async throws -> Void) async throws -> Void

    /// - Parameter withFreshData: makes data that was never initialised, passes it on, and removes it afterwards. May
    ///   be called several times at once.
    public init(
        withFreshData: @escaping @Sendable (@Sendable (Data) async throws -> Void) async throws -> Void
    ) {
        self.withFreshData = withFreshData
    }

    /// Checks one promise on fresh data.
    /// - Throws: ``ContractViolation`` where it is broken, and whatever error the store answers with.
    public func check(_ promise: Promise) async throws {
        try await withFreshData { data in
            switch promise {
            case .refusesBeforeItIsInitialised: try await refusesBeforeItIsInitialised(data)
            case .isInitialisedOnce: try await isInitialisedOnce(data)
            case .keepsItsOrigin: try await keepsItsOrigin(data)
            case .refusesOnceItWasWiped: try await refusesOnceItWasWiped(data)
            case .beginsAboveTheFloorAfterALoss: try await beginsAboveTheFloorAfterALoss(data)
            case .oneOfManyInitialises: try await oneOfManyInitialises(data)
            }
        }
    }

    private func refusesBeforeItIsInitialised(_ data: Data) async throws {
        let store = try await data.open()
        try await expectError(.registryLost, "the origin of a new registry") { () throws(FrondError) in
            _ = try await store.origin()
        }
        try await expectError(.registryLost, "a worker ID from a new registry") { () throws(FrondError) in
            _ = try await acquire(store)
        }
        try await expectError(.registryLost, "a record put into a new registry") { () throws(FrondError) in
            _ = try await store.replace(nil, with: record)
        }
    }

    private func isInitialisedOnce(_ data: Data) async throws {
        let registry = StoredWorkerRegistry(try await data.open())
        _ = try await registry.initialise(floorMilliseconds: nil)
        try await expectError(.invalidArgument, "a second initialisation") { () throws(FrondError) in
            _ = try await registry.initialise(floorMilliseconds: nil)
        }
        try expectEqual(try await acquire(registry.store).floorMilliseconds, 0, "the first floor")
    }

    private func keepsItsOrigin(_ data: Data) async throws {
        let store = try await data.open()
        let first = RegistryOrigin(id: "a1", floorMilliseconds: 0)
        let second = RegistryOrigin(id: "b2", floorMilliseconds: now)
        try expect(try await store.initialise(first, replacing: nil), "it could not be initialised")
        try expect(try await !store.initialise(second, replacing: nil), "an origin was replaced as if there were none")
        try expect(try await !store.initialise(second, replacing: second), "another origin was replaced")
        try expectEqual(try await data.open().origin(), first, "the origin")
        try expect(try await store.initialise(second, replacing: first), "the origin could not be replaced")
        try expectEqual(try await data.open().origin(), second, "the second origin")
    }

    private func refusesOnceItWasWiped(_ data: Data) async throws {
        let store = try await data.open()
        let registry = StoredWorkerRegistry(store)
        _ = try await registry.initialise(floorMilliseconds: nil)
        let lease = try await acquire(store)
        try await data.wipe()
        for store in [store, try await data.open()] {
            try await expectError(.registryLost, "a worker ID after the loss") { () throws(FrondError) in
                _ = try await acquire(store)
            }
            try await expectError(.registryLost, "an extension after the loss") { () throws(FrondError) in
                _ = try await StoredWorkerRegistry(store).extend(
                    lease, to: now + 9000, nowMilliseconds: now + 1000)
            }
            try await expectError(.registryLost, "a record put in after the loss") { () throws(FrondError) in
                _ = try await store.replace(nil, with: record)
            }
        }
    }

    private func beginsAboveTheFloorAfterALoss(_ data: Data) async throws {
        let store = try await data.open()
        let registry = StoredWorkerRegistry(store)
        _ = try await registry.initialise(floorMilliseconds: nil)
        let lease = try await acquire(store)
        try await data.wipe()
        let floor = lease.horizonMilliseconds + 7000
        _ = try await registry.initialise(floorMilliseconds: floor)
        try await expectError(.workerIDsExhausted, "a worker ID before the floor") { () throws(FrondError) in
            _ = try await acquire(store)
        }
        let next = try await acquire(store, nowMilliseconds: floor)
        try expectEqual(next.floorMilliseconds, floor, "the floor after the loss")
        try expect(next.token > lease.token, "token \(next.token) after the loss, and \(lease.token) before it")
        try await expectError(.workerIDTaken, "an extension by the earlier holder") { () throws(FrondError) in
            _ = try await registry.extend(lease, to: floor + 9000, nowMilliseconds: floor + 1)
        }
    }

    private func oneOfManyInitialises(_ data: Data) async throws {
        let count = try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<8 {
                group.addTask {
                    let origin = RegistryOrigin(id: "\(index)", floorMilliseconds: 0)
                    return try await data.open().initialise(origin, replacing: nil)
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        try expectEqual(count, 1, "how many initialised the registry")
    }

    // MARK: What the promises are made of

    /// 2024-01-01T00:00:00Z.
    private var now: Int64 { 1_704_067_200_000 }

    private var holder: WorkerHolder { WorkerHolder(host: "host-a", processID: 1, startedAtMilliseconds: now) }

    private var record: WorkerRecord {
        WorkerRecord(
            workerID: 0, holder: holder, isReleased: false, floorMilliseconds: 0, horizonMilliseconds: now, token: 1,
            updatedAtMilliseconds: now)
    }

    private func acquire(_ store: Store, nowMilliseconds: Int64? = nil) async throws(FrondError) -> WorkerLease {
        try await StoredWorkerRegistry(store).acquire(
            WorkerRequest(
                holder: holder, workerIDs: 0..<1, nowMilliseconds: nowMilliseconds ?? now, length: .seconds(3)))
    }
}

extension RegistryOriginContract: ContractExpectations {}
