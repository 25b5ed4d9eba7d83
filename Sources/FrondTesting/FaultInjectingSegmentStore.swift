public import Frond
import Synchronization

/// A store that fails as planned, around one that works.
///
/// Faults are drawn in the order in which calls begin. For reads that a commit has overtaken see
/// ``InMemorySegmentStore/serveStaleReads(_:)``.
public final class FaultInjectingSegmentStore<Base: SegmentStore>: SegmentStore {
    private struct State: Sendable {
        var plan: FaultPlan
        var outage: StoreFault?
        var faults: [StoreFault?] = []
    }

    /// The store that works.
    public let base: Base
    private let time: any TimeSource
    private let state: Mutex<State>

    /// - Parameters:
    ///   - base: the store that works.
    ///   - plan: what goes wrong; nothing by default.
    ///   - time: the clock by which delays are waited for, such as a ``ManualTimeSource``.
    public init(_ base: Base, plan: FaultPlan = .script([]), time: any TimeSource) {
        self.base = base
        self.time = time
        state = Mutex(State(plan: plan))
    }

    // MARK: Faults

    /// Plans the faults of the next calls, before whatever else is planned; nil for a call that goes well.
    public func inject(_ faults: StoreFault?...) {
        state.withLock { $0.plan.insert(faults) }
    }

    /// Lets every call fail in this way until ``endOutage()``; the plan stands still meanwhile.
    public func beginOutage(_ fault: StoreFault = .errorBefore) {
        state.withLock { $0.outage = fault }
    }

    public func endOutage() {
        state.withLock { $0.outage = nil }
    }

    /// What became of each call so far, in order; nil for those that went well.
    public var faults: [StoreFault?] { state.withLock { $0.faults } }

    /// How many calls were made.
    public var callCount: Int { state.withLock { $0.faults.count } }

    // MARK: The port

    public func reserve(
        _ tag: Tag, atLeast count: Int64?, after floor: SegmentPosition?
    ) async throws(FrondError) -> Segment {
        try await call { base throws(FrondError) in try await base.reserve(tag, atLeast: count, after: floor) }
    }

    public func giveBack(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool {
        try await call { base throws(FrondError) in try await base.giveBack(tail, of: tag) }
    }

    public func tags() async throws(FrondError) -> [TagRecord] {
        try await call { base throws(FrondError) in try await base.tags() }
    }

    public func tag(_ tag: Tag) async throws(FrondError) -> TagRecord? {
        try await call { base throws(FrondError) in try await base.tag(tag) }
    }

    public func create(_ tag: Tag, _ settings: TagSettings) async throws(FrondError) -> TagRecord {
        try await call { base throws(FrondError) in try await base.create(tag, settings) }
    }

    public func change(_ tag: Tag, _ change: TagChange) async throws(FrondError) -> TagRecord {
        try await call { base throws(FrondError) in try await base.change(tag, change) }
    }

    private func call<Value>(_ body: (Base) async throws(FrondError) -> Value) async throws(FrondError) -> Value {
        switch drawFault() {
        case nil:
            return try await body(base)
        case .errorBefore:
            throw FrondError(.storeUnavailable, "injected: the store does not answer", retryAfter: .seconds(1))
        case .errorAfterCommit:
            _ = try await body(base)
            throw FrondError(.storeUnavailable, "injected: the reply was lost", retryAfter: .seconds(1))
        case .delay(let duration):
            await time.sleep(until: time.monotonic + duration)
            return try await body(base)
        case .slowReply(let duration):
            let value = try await body(base)
            await time.sleep(until: time.monotonic + duration)
            return value
        }
    }

    private func drawFault() -> StoreFault? {
        state.withLock { state in
            let fault = state.outage ?? state.plan.next()
            state.faults.append(fault)
            return fault
        }
    }
}
