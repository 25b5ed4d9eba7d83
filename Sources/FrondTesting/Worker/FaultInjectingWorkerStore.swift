public import Frond
import Synchronization

/// The records of a registry of worker IDs that fails as planned, around one that works.
public final class FaultInjectingWorkerStore<Base: WorkerRecordStore>: WorkerRecordStore {
    private struct State: Sendable {
        var plan: FaultPlan
        var outage: StoreFault?
    }

    /// The store that works.
    public let base: Base
    private let time: any TimeSource
    private let state: Mutex<State>

    /// - Parameters:
    ///   - plan: what goes wrong; nothing by default.
    ///   - time: the clock by which delays are waited for, such as a ``ManualTimeSource``.
    public init(_ base: Base, plan: FaultPlan = .script([]), time: any TimeSource) {
        self.base = base
        self.time = time
        state = Mutex(State(plan: plan))
    }

    /// Plans the faults of the next calls, before whatever else is planned; nil for a call that goes well.
    public func inject(_ faults: StoreFault?...) {
        state.withLock { $0.plan.insert(faults) }
    }

    /// Lets every call fail in this way until ``endOutage()``.
    public func beginOutage(_ fault: StoreFault = .errorBefore) {
        state.withLock { $0.outage = fault }
    }

    public func endOutage() {
        state.withLock { $0.outage = nil }
    }

    public func origin() async throws(FrondError) -> RegistryOrigin {
        try await call { base throws(FrondError) in try await base.origin() }
    }

    public func initialise(
        _ origin: RegistryOrigin, replacing expected: RegistryOrigin?
    ) async throws(FrondError) -> Bool {
        try await call { base throws(FrondError) in try await base.initialise(origin, replacing: expected) }
    }

    public func records() async throws(FrondError) -> [WorkerRecord] {
        try await call { base throws(FrondError) in try await base.records() }
    }

    public func record(_ workerID: Int64) async throws(FrondError) -> WorkerRecord? {
        try await call { base throws(FrondError) in try await base.record(workerID) }
    }

    public func replace(_ expected: WorkerRecord?, with successor: WorkerRecord) async throws(FrondError) -> Bool {
        try await call { base throws(FrondError) in try await base.replace(expected, with: successor) }
    }

    private func call<Value>(_ body: (Base) async throws(FrondError) -> Value) async throws(FrondError) -> Value {
        switch state.withLock({ $0.outage ?? $0.plan.next() }) {
        case nil:
            return try await body(base)
        case .errorBefore:
            throw FrondError(.registryUnavailable, "injected: the registry does not answer", retryAfter: .seconds(1))
        case .errorAfterCommit:
            _ = try await body(base)
            throw FrondError(.registryUnavailable, "injected: the reply was lost", retryAfter: .seconds(1))
        case .delay(let duration):
            await time.sleep(until: time.monotonic + duration)
            return try await body(base)
        case .slowReply(let duration):
            let value = try await body(base)
            await time.sleep(until: time.monotonic + duration)
            return value
        }
    }
}
