import Synchronization

/// The one view that a process has of a store.
///
/// Everything that asks one store asks it through the same view: segments, the settings of tags, Redis's ceiling,
/// remote reservers, tickets. So the process has one opinion of the store:
///
/// - its *health*: while the store is down requests fail at once, and one probe at a time asks if it is back;
/// - its *floors*: numbers that any part of the process was given are refused if the store offers them again;
/// - its policy for *missing tags*, and the records of periods, which are created on first use.
///
/// An answer that breaks a promise of ``SegmentStore`` is refused with an error that names the promise.
public final class StoreView: SegmentStore {
    /// The store itself, without any of this.
    package let base: any SegmentStore
    /// The policy for tags that have no record yet.
    public let missingTags: MissingTags
    package let monitor: StoreMonitor
    private let floors = Mutex(StoreFloors())
    /// Tags that have a record: Frond never removes one.
    private let known = Mutex<Set<Tag>>([])
    /// The room for tags that are created on first use.
    private let room: Mutex<TagRoom>
    private let time: any TimeSource

    /// - Parameters:
    ///   - store: the store; one view of it a process.
    ///   - missingTags: the policy for tags that have no record yet.
    public convenience init(_ store: any SegmentStore, missingTags: MissingTags = .refuse) {
        self.init(store, missingTags: missingTags, time: SystemTimeSource())
    }

    /// - Parameter time: the clock of the pauses between probes.
    package init(_ store: any SegmentStore, missingTags: MissingTags = .refuse, time: any TimeSource) {
        base = store
        self.missingTags = missingTags
        self.time = time
        room = Mutex(TagRoom(limit: missingTags.maxCount))
        monitor = StoreMonitor(time: time)
    }

    /// The view that a store is, or a new one of it.
    package static func of(_ store: any SegmentStore, time: any TimeSource) -> StoreView {
        store as? StoreView ?? StoreView(store, time: time)
    }

    // MARK: Health

    /// The reason for not asking the store, or for a caller that went without a number; nil while the store answers.
    public var failure: FrondError? { monitor.problem }

    /// Asks a store with a problem for one row, if a probe is due, so that recovery needs no traffic.
    /// - Returns: the problem that remains; nil if the store answers.
    public func check() async -> FrondError? {
        // One row, which may be missing: a list of all tags would be heavy for a store that is just coming back.
        await monitor.check { () throws(FrondError) in try await base.tag(Self.probe()) }
    }

    /// Does the same in the background.
    package func checkInBackground() {
        monitor.probe { [base] () throws(FrondError) in _ = try await base.tag(Self.probe()) }
    }

    private static func probe() throws(FrondError) -> Tag { try Tag("frond.health") }

    /// Calls the store if it may be asked, and records if it answered.
    package func asking<Value>(_ call: () async throws(FrondError) -> Value) async throws(FrondError) -> Value {
        if case .refused(let error) = monitor.admit() { throw error }
        return try await monitor.call(call).get()
    }

    // MARK: Tags

    public func tags() async throws(FrondError) -> [TagRecord] {
        try await asking { () throws(FrondError) in try await base.tags() }
    }

    public func unservedRows() async throws(FrondError) -> [UnservedRow] {
        try await asking { () throws(FrondError) in try await base.unservedRows() }
    }

    public func tag(_ tag: Tag) async throws(FrondError) -> TagRecord? {
        try await asking { () throws(FrondError) in try await base.tag(tag) }
    }

    public func changedTags(within age: Duration) async throws(FrondError) -> [TagRecord] {
        try await asking { () throws(FrondError) in try await base.changedTags(within: age) }
    }

    public func create(_ tag: Tag, _ settings: TagSettings) async throws(FrondError) -> TagRecord {
        try await asking { () throws(FrondError) in try await base.create(tag, settings) }
    }

    public func change(_ tag: Tag, _ change: TagChange) async throws(FrondError) -> TagRecord {
        try await asking { () throws(FrondError) in try await base.change(tag, change) }
    }

    /// Returns once a tag may be counted elsewhere than in its record: it has one, or missing tags need none.
    /// - Throws: `unknownTag`; the error of the store if it is asked, once for each tag.
    package func checkKnown(_ tag: Tag) async throws(FrondError) {
        guard missingTags == .refuse, !known.withLock({ $0.contains(tag) }) else { return }
        guard try await self.tag(tag) != nil else { throw .unknown(tag) }
        known.withLock { _ = $0.insert(tag) }
    }

    /// Creates the record of a period from the record of its tag, unless it exists.
    package func createPeriod(_ period: Tag, of record: TagRecord) async throws(FrondError) {
        try await asking { () throws(FrondError) in try await createUnlessThere(period, record.settingsOfPeriod) }
    }

    private func createUnlessThere(_ tag: Tag, _ settings: TagSettings) async throws(FrondError) {
        do {
            _ = try await base.create(tag, settings)
        } catch {
            // Another server was first: its record serves as well.
            guard error.code == .tagExists else { throw error }
        }
    }

    /// Refuses to create one more tag where the store has as many as are created on first use.
    private func checkRoom(for tag: Tag) async throws(FrondError) {
        if room.withLock({ $0.mustCount(now: time.monotonic) }) {
            let count = try await base.tags().count
            room.withLock { $0.counted(count, now: time.monotonic) }
        }
        guard room.withLock({ $0.hasRoom }) else {
            throw FrondError(
                .unknownTag,
                "tag '\(tag)' does not exist, and the store has \(missingTags.maxCount) tags, the most that are made "
                    + "on first use: create it with 'frond tag create \(tag)', or raise tags.maxCount")
        }
    }

    // MARK: Segments

    public func reserve(
        _ tag: Tag, atLeast demand: SegmentDemand?, after floor: SegmentPosition?
    ) async throws(FrondError) -> Segment {
        try await asking { () throws(FrondError) in try await reserveNow(tag, atLeast: demand, after: floor) }
    }

    public func giveBack(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool {
        try await asking { () throws(FrondError) in try await giveBackNow(tail, of: tag) }
    }

    /// Reserves for a caller that the monitor has admitted.
    func reserveNow(
        _ tag: Tag, atLeast demand: SegmentDemand?, after floor: SegmentPosition?
    ) async throws(FrondError) -> Segment {
        while true {
            let shared = floors.withLock { [$0[tag], floor].compactMap(\.self).max() }
            do throws(FrondError) {
                let segment = try await reserveOrCreate(tag, known: shared) { [base] () throws(FrondError) in
                    try await base.reserve(tag, atLeast: demand, after: shared)
                }
                if let promise = SegmentPromise.broken(by: segment, after: shared) {
                    throw promise.refusal(of: segment, tag, after: shared)
                }
                floors.withLock { $0.reserved(segment, of: tag, after: floor) }
                return segment
            } catch {
                // Another caller gave numbers back meanwhile: the store went back with good reason.
                let now = floors.withLock { $0[tag] }
                guard error.code == .storeWentBack, let now, let shared, now < shared, floor ?? now < shared else {
                    throw error
                }
            }
        }
    }

    /// Gives back for a caller that the monitor has admitted.
    func giveBackNow(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool {
        let (mayGiveBack, isLowered) = floors.withLock { floors in
            guard floors.mayGiveBack(tail, of: tag) else { return (false, false) }
            // Before the call: the next reservation may be answered from there on.
            return (true, floors.lower(tag, by: tail))
        }
        // The store takes all reservations of this process for those of one caller; the view knows better.
        guard mayGiveBack else { return false }
        // An unknown outcome leaves the floor low: the tail may have been taken.
        let isTakenBack = try await base.giveBack(tail, of: tag)
        if isLowered, !isTakenBack { floors.withLock { $0.restore(tag, by: tail) } }
        return isTakenBack
    }

    /// The position up to which this process was given numbers of a tag; nil if it was given none.
    func floor(of tag: Tag) -> SegmentPosition? { floors.withLock { $0[tag] } }

    /// - Parameter known: the position up to which the record is known to be issued: it existed then.
    func reserveOrCreate(
        _ tag: Tag, known: SegmentPosition?, _ reserve: () async throws(FrondError) -> Segment
    ) async throws(FrondError) -> Segment {
        do {
            return try await reserve()
        } catch  where error.code == .unknownTag {
            switch MissingRecord(tag, after: known, missingTags) {
            case .refuse: throw error
            case .create(let settings):
                try await checkRoom(for: tag)
                try await createUnlessThere(tag, settings)
                room.withLock { $0.created() }
            case .createPeriod(let owner):
                guard let record = try await base.tag(owner) else { throw .unknown(owner) }
                if record.options.isRetired { throw .retired(owner) }
                try await createUnlessThere(tag, record.settingsOfPeriod)
            }
            return try await reserve()
        }
    }
}

extension TagRecord {
    /// The settings that the record of each of the tag's periods is created with.
    package var settingsOfPeriod: TagSettings {
        TagSettings(
            step: self.step, startID: self.startID, maxValue: self.maxValue, description: "a period of \(tag)")
    }
}
