/// The settings of tags as a server last read them: decides what is known, what to read, and who may wait. No I/O.
///
/// Bounded in memory. All that changed is read by one question, however many tags are known: the store lists the
/// records that changed since the last look, with an overlap, since its clock and those of its writers differ; and now
/// and then it lists all of them, for a change that its clock did not date.
package struct TagSettingsStateMachine: Sendable {
    /// The shortest and the longest pause between two looks at what changed.
    package static let refreshPause = Duration.milliseconds(1500)
    package static let longestRefreshPause = Duration.seconds(10)
    /// The time that each look reaches back beyond the start of the last one.
    package static let overlap = Duration.seconds(10)
    /// The shortest and the longest pause between two looks at all records.
    package static let fullPause = Duration.seconds(60)
    package static let longestFullPause = Duration.seconds(900)
    /// The maximum number of records that one look reads on their own, since the list lacks them.
    package static let readsPerRefresh = 256
    /// The maximum number of known tags; with more, all are forgotten and read again as they are requested.
    package static let capacity = 100_000
    /// The maximum number of known names without a record; with more, these are forgotten, and no tag is: made-up names
    /// must not take a server's tags from it.
    package static let namesCapacity = 10_000

    private struct Entry: Sendable {
        var knowledge: TagKnowledge
        /// The start of the read that brought it.
        var readAt: Duration
    }

    /// The question to the store that is due.
    package enum Refresh: Hashable, Sendable {
        case changed(within: Duration)
        case all
    }

    private var entries: [Tag: Entry] = [:]
    /// Those of the entries that have no record.
    private var names: Set<Tag> = []
    /// The start of the last look that was answered; nil before the first.
    private var lastLook: Duration?
    private var lastFullLook: Duration?
    /// The pause after the last look: longer where looks take long, so that many tags do not keep the store busy.
    package private(set) var pause = Self.refreshPause
    private var pauseOfFullLooks = Self.fullPause
    /// Grows when what was said of a tag may no longer hold.
    package private(set) var version = 0

    package init() {}

    /// The number of known tags.
    package var count: Int { entries.count }

    package subscript(tag: Tag) -> TagKnowledge? { entries[tag]?.knowledge }

    // MARK: Reading one tag

    /// Takes in the answer of a read of one tag.
    /// - Parameters:
    ///   - readAt: the start of the read.
    ///   - confirms: true if this server had a number of the tag when the read began.
    /// - Returns: the settings that hold now.
    package mutating func read(
        _ record: TagRecord?, of tag: Tag, readAt: Duration, confirms: Bool = false
    ) -> TagKnowledge {
        let before = entries[tag]
        // A read that began before another one ended may say what was true before that.
        let isLate = before.map { $0.readAt > readAt } ?? false
        let latest = isLate ? before?.knowledge.record : record
        // Confirmed settings stay so; settings that an operator insisted on are as good.
        let isConfirmed = confirms && latest?.isInUse == true || before?.knowledge.isConfirmed == true
        let knowledge = TagKnowledge(record: latest, isConfirmed: isConfirmed)
        if before == nil, makeRoom(forName: latest == nil) {
            version += 1
        } else if let before, !before.knowledge.writesAlike(knowledge) {
            version += 1
        }
        entries[tag] = Entry(knowledge: knowledge, readAt: max(readAt, before?.readAt ?? readAt))
        if latest == nil { names.insert(tag) } else { names.remove(tag) }
        return knowledge
    }

    /// Forgets what has to be forgotten for one more entry.
    /// - Returns: true if something was forgotten.
    private mutating func makeRoom(forName isName: Bool) -> Bool {
        let isFull = entries.count >= Self.capacity
        guard isFull || isName && names.count >= Self.namesCapacity else { return false }
        for name in names { entries[name] = nil }
        names = []
        if entries.count >= Self.capacity { entries = [:] }
        return true
    }

    // MARK: Reading all that changed

    /// The question that is due; nil while no tag is known.
    package mutating func refresh(now: Duration) -> Refresh? {
        guard !entries.isEmpty else {
            // Tags are read as they are requested, so nothing older matters.
            (lastLook, lastFullLook) = (now, now)
            return nil
        }
        guard let lastLook, let lastFullLook, now - lastFullLook < pauseOfFullLooks else { return .all }
        return .changed(within: now - lastLook + Self.overlap)
    }

    /// Takes in the answer to a refresh from `start` to `now`.
    /// - Returns: the tags to read on their own: known records that a list of all lacks, damaged or removed.
    package mutating func refreshed(_ records: [TagRecord], by refresh: Refresh, start: Duration, now: Duration)
        -> [Tag]
    {
        lastLook = start
        // A twentieth of the time at most is spent on looks, and a two-hundredth on those at all records.
        if refresh == .all {
            pauseOfFullLooks = min(max(Self.fullPause, (now - start) * 200), Self.longestFullPause)
        } else {
            pause = min(max(Self.refreshPause, (now - start) * 20), Self.longestRefreshPause)
        }
        var listed: Set<Tag> = []
        for record in records {
            if refresh == .all { listed.insert(record.tag) }
            // A tag that no request named is not kept.
            if entries[record.tag] != nil { _ = read(record, of: record.tag, readAt: start) }
        }
        guard refresh == .all else { return [] }
        lastFullLook = start
        let missing = entries.lazy.filter { $0.value.knowledge.record != nil && !listed.contains($0.key) }.map(\.key)
        return Array(missing.prefix(Self.readsPerRefresh))
    }
}

extension TagRecord {
    /// True once a number was reserved: the form of the tag's texts then stays.
    package var isInUse: Bool { maxID != self.startID || cycle != 0 }
}
