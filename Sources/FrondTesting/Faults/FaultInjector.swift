import Frond
import Synchronization

/// The faults in the calls of a store: the plan, an outage, and the outcome of the calls so far.
///
/// Faults are drawn in the order in which calls begin.
public final class FaultInjector: Sendable {
    private struct State: Sendable {
        var plan: FaultPlan
        var outage: StoreFault?
        var faults: [StoreFault?] = []
    }

    private let time: any TimeSource
    private let code: FrondError.Code
    private let state: Mutex<State>

    /// - Parameters:
    ///   - time: the clock by which delays are waited for.
    ///   - code: that of the errors.
    init(_ plan: FaultPlan, time: any TimeSource, code: FrondError.Code = .storeUnavailable) {
        self.time = time
        self.code = code
        state = Mutex(State(plan: plan))
    }

    fileprivate func inject(_ faults: [StoreFault?]) {
        state.withLock { $0.plan.insert(faults) }
    }

    fileprivate func setOutage(_ fault: StoreFault?) {
        state.withLock { $0.outage = fault }
    }

    fileprivate var faults: [StoreFault?] { state.withLock { $0.faults } }

    /// True if an outage has begun and not ended.
    var isDown: Bool { state.withLock { $0.outage != nil } }

    var unavailable: FrondError { FrondError(code, "injected: the store does not answer", retryAfter: .seconds(1)) }

    /// Makes a call of the store, or not, as planned.
    func call<Value>(_ body: () async throws(FrondError) -> Value) async throws(FrondError) -> Value {
        switch drawFault() {
        case nil:
            return try await body()
        case .errorBefore:
            throw unavailable
        case .errorAfterCommit:
            _ = try await body()
            throw FrondError(code, "injected: the reply was lost", retryAfter: .seconds(1))
        case .delay(let duration):
            await time.sleep(until: time.monotonic + duration)
            return try await body()
        case .slowReply(let duration):
            let value = try await body()
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

/// A store for tests that fails as planned.
public protocol FaultInjecting: Sendable {
    var injector: FaultInjector { get }
}

extension FaultInjecting {
    /// Plans the faults of the next calls, before whatever else is planned; nil for a call that goes well.
    public func inject(_ faults: StoreFault?...) {
        injector.inject(faults)
    }

    /// Lets every call fail in this way until ``endOutage()``; the plan stands still meanwhile.
    public func beginOutage(_ fault: StoreFault = .errorBefore) {
        injector.setOutage(fault)
    }

    public func endOutage() {
        injector.setOutage(nil)
    }

    /// The fault of each call so far, in order; nil for those that went well.
    public var faults: [StoreFault?] { injector.faults }

    /// The number of calls that were made.
    public var callCount: Int { injector.faults.count }
}
