import Synchronization

/// What the tags of a store are set to, as this server last read it: bounded in memory, and read anew every few seconds.
///
/// A request for a tag that was read before waits for nothing. The settings by which texts are written may change until
/// a tag has given out its first number, so they are *confirmed* by reading them once more when this server has one:
/// from then on they stay, unless somebody insists.
package final class TagDirectory: Sendable {
    /// How old what is known may get, while the store answers and few tags are in use.
    package static let refreshInterval = Duration.seconds(3)
    /// How many tags are read anew at a time.
    private static let readsPerRefresh = 256
    /// How many tags are kept; with more, all are forgotten and read again as they are asked for.
    private static let capacity = 100_000

    /// What is known of a tag.
    package struct Entry: Sendable {
        /// Nil for a name that is no tag yet.
        package var record: TagRecord?
        /// Whether the settings were read after this server had a number of the tag.
        package fileprivate(set) var isConfirmed = false
        /// When the read began that brought it.
        fileprivate var readAt: Duration

        package var options: TagOptions { record?.options ?? TagOptions() }

        /// The numbers that the tag's scramble maps to each other; nil where there is none. Another range is another map.
        var scrambledRange: ClosedRange<Int64>? {
            guard let record, record.options.scrambleKey != nil, record.startID <= record.maxValue else { return nil }
            return record.startID...record.maxValue
        }
    }

    /// A read under way for callers that wait.
    private struct Read: Sendable {
        let task: Task<Result<Entry, FrondError>, Never>
        var waiters = 0
    }

    private struct State: Sendable {
        var entries: [Tag: Entry] = [:]
        var reads: [Tag: Read] = [:]
        /// Those that were not looked at yet since all of them were.
        var round: [Tag] = []

        /// The next one that was last read by then.
        mutating func takeDue(readBy time: Duration) -> Tag? {
            while let tag = round.popLast() {
                if let entry = entries[tag], entry.readAt <= time { return tag }
            }
            return nil
        }
    }

    private let store: StoreView
    private let time: any TimeSource
    private let limit: Duration
    private let maxWaiters: Int
    private let state = Mutex(State())
    private let changes = Atomic<Int>(0)

    /// - Parameters:
    ///   - limit: how long a caller waits for the first read of a tag.
    ///   - maxWaiters: how many callers may wait for one tag; more are refused.
    package init(store: any SegmentStore, limit: Duration, maxWaiters: Int, time: any TimeSource) {
        self.store = StoreView.of(store, time: time)
        self.limit = limit
        self.maxWaiters = maxWaiters
        self.time = time
    }

    /// Grows when what was said of any tag may no longer hold: for whoever remembers it.
    package var version: Int { changes.load(ordering: .relaxed) }

    /// What is known of a tag without asking the store.
    package func known(_ tag: Tag) -> Entry? { state.withLock { $0.entries[tag] } }

    /// What is known of a tag; asks the store for one that was never read.
    /// - Throws: what the store says; `timedOut`, `overloaded`, `cancelled`.
    package func entry(for tag: Tag) async throws(FrondError) -> Entry {
        if let entry = known(tag) { return entry }
        let read: Task<Result<Entry, FrondError>, Never>? = state.withLock { state in
            var read = state.reads[tag] ?? Read(task: Task { await self.read(tag) })
            guard read.waiters < maxWaiters else { return nil }
            read.waiters += 1
            state.reads[tag] = read
            return read.task
        }
        guard let read else { throw .overloaded(tag, waiting: maxWaiters) }
        defer { state.withLock { $0.reads[tag]?.waiters -= 1 } }
        guard let result = await bounded(by: limit, time, { await read.value }) else {
            throw Task.isCancelled ? .cancelled(tag) : .timedOut(tag, after: limit)
        }
        return try result.get()
    }

    /// What the store says now of a tag of which this server has a number.
    /// - Throws: what the store says; `timedOut`.
    package func confirmed(_ tag: Tag) async throws(FrondError) -> Entry {
        guard let result = await bounded(by: limit, time, { await self.readNow(tag, confirms: true) }) else {
            throw Task.isCancelled ? .cancelled(tag) : .timedOut(tag, after: limit)
        }
        return try result.get()
    }

    /// Makes sure that the settings of a tag stay as they are from now on, where its numbers come from elsewhere than
    /// its record: moves the record on by one, which is what says that the tag is in use.
    package func settle(_ tag: Tag) async throws(FrondError) -> Entry {
        let entry = try await confirmed(tag)
        guard let record = entry.record, !record.isInUse else { return entry }
        // Beyond the last number there is none, and the store says so.
        let change = TagChange(maxID: record.maxID.addingReportingOverflow(1).partialValue)
        let start = time.monotonic
        let result = await bounded(by: limit, time) { [self] in
            await result(of: { () throws(FrondError) in try await store.change(tag, change) })
        }
        switch result {
        case nil: throw Task.isCancelled ? .cancelled(tag) : .timedOut(tag, after: limit)
        case .failure(let error)?:
            // Another server was first: its record is as good.
            guard error.code == .invalidArgument else { throw error }
            return try await confirmed(tag)
        case .success(let record)?:
            return note(record, of: tag, readAt: start, confirms: true)
        }
    }

    /// Reads the tags that are known anew, until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            await time.sleep(until: time.monotonic + Self.refreshInterval / 2)
            if Task.isCancelled { return }
            await refresh()
        }
    }

    /// Reads the tags anew, one after the other, so many at most; begins with all again once all had their turn.
    package func refresh() async {
        let oldest = time.monotonic - Self.refreshInterval / 2
        state.withLock { if $0.round.isEmpty { $0.round = Array($0.entries.keys) } }
        for _ in 0..<Self.readsPerRefresh {
            guard !Task.isCancelled, let tag = state.withLock({ $0.takeDue(readBy: oldest) }) else { return }
            // What is known holds on while the store does not answer.
            if case .failure = await readNow(tag, confirms: false), store.monitor.isDown { return }
        }
    }

    // MARK: Steps

    private func read(_ tag: Tag) async -> Result<Entry, FrondError> {
        let result = await readNow(tag, confirms: false)
        state.withLock { $0.reads[tag] = nil }
        return result
    }

    private func readNow(_ tag: Tag, confirms: Bool) async -> Result<Entry, FrondError> {
        let start = time.monotonic
        return await result(of: { () throws(FrondError) in try await store.tag(tag) })
            .map { note($0, of: tag, readAt: start, confirms: confirms) }
    }

    private func result<Value>(of call: () async throws(FrondError) -> Value) async -> Result<Value, FrondError> {
        do throws(FrondError) {
            return .success(try await call())
        } catch {
            return .failure(error)
        }
    }

    private func note(_ record: TagRecord?, of tag: Tag, readAt: Duration, confirms: Bool) -> Entry {
        state.withLock { state in
            let before = state.entries[tag]
            // A read that began before another one ended may say what was true before that.
            let isLate = before.map { $0.readAt > readAt } ?? false
            let latest = isLate ? before?.record : record
            // Confirmed settings stay so; where somebody insisted on others, those are as good.
            let isConfirmed = confirms && latest?.isInUse == true || before?.isConfirmed == true
            let entry = Entry(
                record: latest, isConfirmed: isConfirmed, readAt: max(readAt, before?.readAt ?? readAt))
            if before == nil, state.entries.count >= Self.capacity {
                state.entries = [:]
                state.round = []
                changes.add(1, ordering: .relaxed)
            } else if let before, before.options != entry.options {
                changes.add(1, ordering: .relaxed)
            }
            state.entries[tag] = entry
            return entry
        }
    }
}

extension TagRecord {
    /// Whether a number was ever reserved, so that the form of the tag's texts stays.
    package var isInUse: Bool { maxID != startID || cycle != 0 }
}
