public import Frond

/// A store that fails as planned, around one that works.
///
/// Faults are drawn in the order in which calls begin. For reads that a commit has overtaken see
/// ``InMemorySegmentStore/serveStaleReads(_:)``.
public final class FaultInjectingSegmentStore<Base: SegmentStore>: SegmentStore, FaultInjecting {
    /// The store that works.
    public let base: Base
    public let injector: FaultInjector

    /// - Parameters:
    ///   - base: the store that works.
    ///   - plan: what goes wrong; nothing by default.
    ///   - time: the clock by which delays are waited for, such as a ``ManualTimeSource``.
    public init(_ base: Base, plan: FaultPlan = .script([]), time: any TimeSource) {
        self.base = base
        injector = FaultInjector(plan, time: time)
    }

    // MARK: The port

    public func reserve(
        _ tag: Tag, atLeast demand: SegmentDemand?, after floor: SegmentPosition?
    ) async throws(FrondError) -> Segment {
        try await injector.call { () throws(FrondError) in try await base.reserve(tag, atLeast: demand, after: floor) }
    }

    public func giveBack(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool {
        try await injector.call { () throws(FrondError) in try await base.giveBack(tail, of: tag) }
    }

    public func tags() async throws(FrondError) -> [TagRecord] {
        try await injector.call { () throws(FrondError) in try await base.tags() }
    }

    public func tag(_ tag: Tag) async throws(FrondError) -> TagRecord? {
        try await injector.call { () throws(FrondError) in try await base.tag(tag) }
    }

    public func create(_ tag: Tag, _ settings: TagSettings) async throws(FrondError) -> TagRecord {
        try await injector.call { () throws(FrondError) in try await base.create(tag, settings) }
    }

    public func change(_ tag: Tag, _ change: TagChange) async throws(FrondError) -> TagRecord {
        try await injector.call { () throws(FrondError) in try await base.change(tag, change) }
    }
}
