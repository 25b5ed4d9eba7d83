import Synchronization

/// The settings of tags as this server last read them, read anew every few seconds.
///
/// A request for a tag that was read before waits for nothing. The settings by which texts are written may change until
/// a tag has issued its first number, so they are *confirmed* by another read once this server has one: from then on
/// they stay, unless an operator insists. ``TagSettingsStateMachine`` decides; this class asks the store, by the one
/// view of it.
package final class TagSettingsCache: Sendable {
    /// A read under way for callers that wait.
    private struct Read: Sendable {
        let task: Task<Result<TagKnowledge, FrondError>, Never>
        var waiters = 0
    }

    private struct State: Sendable {
        var settings = TagSettingsStateMachine()
        var reads: [Tag: Read] = [:]
    }

    private let store: StoreView
    private let time: any TimeSource
    private let limit: Duration
    private let maxWaiters: Int
    private let state = Mutex(State())
    private let changes = Atomic<Int>(0)

    /// - Parameters:
    ///   - store: the view that the process has of the store.
    ///   - limit: the time that a caller waits for the first read of a tag.
    ///   - maxWaiters: the maximum number of callers that wait for one tag; more are refused.
    package init(store: StoreView, limit: Duration, maxWaiters: Int, time: any TimeSource) {
        self.store = store
        self.limit = limit
        self.maxWaiters = maxWaiters
        self.time = time
    }

    /// Grows when what was said of a tag may no longer hold: for callers that remember it.
    package var version: Int { changes.load(ordering: .relaxed) }

    /// The settings of a tag that was read before; asks no store.
    package func known(_ tag: Tag) -> TagKnowledge? { state.withLock { $0.settings[tag] } }

    /// The settings of a tag; asks the store for one that was never read.
    /// - Throws: the error of the store; `timedOut`, `overloaded`, `cancelled`.
    package func entry(for tag: Tag) async throws(FrondError) -> TagKnowledge {
        if let entry = known(tag) { return entry }
        let read: Task<Result<TagKnowledge, FrondError>, Never>? = state.withLock { state in
            var read = state.reads[tag] ?? Read(task: Task { await self.firstRead(tag) })
            guard read.waiters < maxWaiters else { return nil }
            read.waiters += 1
            state.reads[tag] = read
            return read.task
        }
        guard let read else { throw .overloaded(tag, waiting: maxWaiters) }
        defer {
            // A read that failed is over, and the next one has waiters of its own.
            state.withLock { if $0.reads[tag]?.task == read { $0.reads[tag]?.waiters -= 1 } }
        }
        return try await withDeadline(limit, by: time, for: tag) { () throws(FrondError) in
            try await read.value.get()
        }
    }

    /// Reads the settings of a tag of which this server has a number.
    /// - Throws: the error of the store; `timedOut`, `cancelled`.
    package func confirmed(_ tag: Tag) async throws(FrondError) -> TagKnowledge {
        try await withDeadline(limit, by: time, for: tag) { [self] () throws(FrondError) in
            try await readNow(tag, confirms: true)
        }
    }

    /// Makes sure that the settings of a tag stay from now on if its numbers come from elsewhere than its record: moves
    /// the record on by one, which says that the tag is in use.
    /// - Throws: the error of the store; `timedOut`, `cancelled`.
    package func settle(_ tag: Tag) async throws(FrondError) -> TagKnowledge {
        let entry = try await confirmed(tag)
        guard let record = entry.record, !record.isInUse else { return entry }
        // Beyond the last number there is none, and the store says so.
        let change = TagChange(maxID: record.maxID.addingReportingOverflow(1).partialValue)
        let start = time.monotonic
        do {
            let record = try await withDeadline(limit, by: time, for: tag) { [store] () throws(FrondError) in
                try await store.change(tag, change)
            }
            return note(record, of: tag, readAt: start, confirms: true)
        } catch {
            // Another server was first: its record is as good. Otherwise the change was refused for what it is.
            guard error.code == .invalidArgument else { throw error }
            let entry = try await confirmed(tag)
            guard entry.record?.isInUse ?? true else { throw error }
            return entry
        }
    }

    /// Reads what changed anew, until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            await time.sleep(until: time.monotonic + state.withLock { $0.settings.pause })
            if Task.isCancelled { return }
            await refresh()
        }
    }

    /// Reads what changed since the last time, by one question for all tags. While the store does not answer, the known
    /// settings stay.
    package func refresh() async {
        // A list would be heavy for a store that is just coming back, and keep others waiting: one row first.
        if store.monitor.isDown, await store.check() != nil { return }
        let start = time.monotonic
        guard let refresh = state.withLock({ $0.settings.refresh(now: start) }) else { return }
        let records: [TagRecord]
        do {
            switch refresh {
            case .all: records = try await store.tags()
            case .changed(let age): records = try await store.changedTags(within: age)
            }
        } catch {
            return
        }
        let now = time.monotonic
        let missing = change { $0.refreshed(records, by: refresh, start: start, now: now) }
        for tag in missing where !Task.isCancelled && !store.monitor.isDown {
            do {
                _ = try await readNow(tag, confirms: false)
            } catch {
                // A damaged record: its tag keeps the settings it had.
                continue
            }
        }
    }

    // MARK: Steps

    private func firstRead(_ tag: Tag) async -> Result<TagKnowledge, FrondError> {
        let result: Result<TagKnowledge, FrondError>
        do throws(FrondError) {
            result = .success(try await readNow(tag, confirms: false))
        } catch {
            result = .failure(error)
        }
        state.withLock { $0.reads[tag] = nil }
        return result
    }

    private func readNow(_ tag: Tag, confirms: Bool) async throws(FrondError) -> TagKnowledge {
        let start = time.monotonic
        return note(try await store.tag(tag), of: tag, readAt: start, confirms: confirms)
    }

    private func note(_ record: TagRecord?, of tag: Tag, readAt: Duration, confirms: Bool) -> TagKnowledge {
        change { $0.read(record, of: tag, readAt: readAt, confirms: confirms) }
    }

    private func change<Value>(_ body: (inout TagSettingsStateMachine) -> Value) -> Value {
        state.withLock { state in
            defer { changes.store(state.settings.version, ordering: .relaxed) }
            return body(&state.settings)
        }
    }
}
