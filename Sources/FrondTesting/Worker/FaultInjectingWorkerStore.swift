public import Frond

/// The records of a registry of worker IDs that fails as planned, around one that works.
public final class FaultInjectingWorkerStore<Base: WorkerRecordStore>: WorkerRecordStore, FaultInjecting {
    /// The store that works.
    public let base: Base
    public let injector: FaultInjector

    /// - Parameters:
    ///   - plan: what goes wrong; nothing by default.
    ///   - time: the clock by which delays are waited for, such as a ``ManualTimeSource``.
    public init(_ base: Base, plan: FaultPlan = .script([]), time: any TimeSource) {
        self.base = base
        injector = FaultInjector(plan, time: time, code: .registryUnavailable)
    }

    public func origin() async throws(FrondError) -> RegistryOrigin {
        try await injector.call { () throws(FrondError) in try await base.origin() }
    }

    public func initialise(
        _ origin: RegistryOrigin, replacing expected: RegistryOrigin?
    ) async throws(FrondError) -> Bool {
        try await injector.call { () throws(FrondError) in try await base.initialise(origin, replacing: expected) }
    }

    public func records() async throws(FrondError) -> [WorkerRecord] {
        try await injector.call { () throws(FrondError) in try await base.records() }
    }

    public func record(_ workerID: Int64) async throws(FrondError) -> WorkerRecord? {
        try await injector.call { () throws(FrondError) in try await base.record(workerID) }
    }

    public var isApart: Bool { base.isApart }
    public var detachment: FrondError? { base.detachment }

    public func raiseFloor(to floorMilliseconds: Int64) async throws(FrondError) {
        try await injector.call { () throws(FrondError) in try await base.raiseFloor(to: floorMilliseconds) }
    }

    public func replace(_ expected: WorkerRecord?, with successor: WorkerRecord) async throws(FrondError) -> Bool {
        try await injector.call { () throws(FrondError) in try await base.replace(expected, with: successor) }
    }
}
