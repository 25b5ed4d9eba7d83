public import Frond

extension MySQLSegmentStore {
    /// All tags, by name; rows that cannot be read are left out and logged: see ``unservedRows()``. Of several
    /// databases those that answer count, one at least; a tag's record is that of the database furthest ahead.
    public func tags() async throws(FrondError) -> [TagRecord] {
        let lists = try await answers { database throws(FrondError) in try await database.tags() }
        let records = Dictionary(grouping: lists.joined(), by: \.tag).values.compactMap(Self.furthest)
        return records.sorted { $0.tag.name < $1.tag.name }
    }

    /// The tags whose rows changed within `age` by the clock of their database, in one statement for each database.
    public func changedTags(within age: Duration) async throws(FrondError) -> [TagRecord] {
        let lists = try await answers { database throws(FrondError) in try await database.changedTags(within: age) }
        return Dictionary(grouping: lists.joined(), by: \.tag).values.compactMap(Self.furthest)
    }

    /// Rows of Leaf whose names are not tags, and rows that were edited by hand and made unreadable.
    public func unservedRows() async throws(FrondError) -> [UnservedRow] {
        let lists = try await answers { database throws(FrondError) in try await database.unservedRows() }
        return Set(lists.joined()).sorted { $0.name < $1.name }
    }

    public func tag(_ tag: Tag) async throws(FrondError) -> TagRecord? {
        let answers = try await answers { database throws(FrondError) in [try await database.tag(tag)] }
        return Self.furthest(answers.joined().compactMap(\.self))
    }

    public func create(_ tag: Tag, _ settings: TagSettings) async throws(FrondError) -> TagRecord {
        let record = try settings.newRecord(tag, nowMilliseconds: time.wallMilliseconds)
        guard databases.count > 1 else {
            try await databases[0].create(record)
            return record
        }
        try checkRoom(record)
        return try await createEverywhere(record)
    }

    public func change(_ tag: Tag, _ change: TagChange) async throws(FrondError) -> TagRecord {
        guard databases.count > 1 else { return try await databases[0].change(tag, change) }
        let present = try await recordsEverywhere(tag).compactMap(\.self)
        guard let furthest = Self.furthest(present) else { throw FrondError.unknown(tag) }
        let wanted = try furthest.applying(change, nowMilliseconds: time.wallMilliseconds)
        // Rows are changed one after the other: meanwhile some servers would write by one form, others by the other.
        guard wanted.options.hasForm(of: furthest.options),
            wanted.options.scrambleKey == nil || change.maxValue == nil
        else {
            throw FrondError(
                .invalidArgument,
                "tag '\(tag)' is spread over \(databases.count) databases: its generators and how its IDs are written "
                    + "are set "
                    + "when it is created; make another tag")
        }
        var changed: [TagRecord] = []
        for database in databases {
            guard let row = present.first(where: { $0.stripe.index == Int64(database.place) }) else { continue }
            var own = change
            // Where a change was broken off, rows differ: each is to be as it was read.
            if change.ifVersion != nil { own.ifVersion = row.settings.version }
            changed.append(try await database.change(tag, own))
        }
        return Self.furthest(changed) ?? wanted
    }

    // MARK: Several databases

    /// A tag that ends before it has a number for each database would be used up in some from the start.
    private func checkRoom(_ record: TagRecord) throws(FrondError) {
        guard record.maxValue - record.startID < Int64(databases.count) else { return }
        throw FrondError(
            .invalidArgument,
            "max \(record.maxValue) of tag '\(record.tag)' leaves less than a number for each of \(databases.count) "
                + "databases")
    }

    /// - Throws: `tagExists` also if another process came first in the end.
    private func createEverywhere(_ record: TagRecord) async throws(FrondError) -> TagRecord {
        let plan = TagCreationPlan(record, places: databases.count)
        for _ in 0..<SegmentDatabase.maximumTries * databases.count {
            let rows = try await recordsEverywhere(record.tag)
            switch try plan.next(rows) {
            case .insert(let row, let place):
                do throws(FrondError) {
                    try await databases[place].create(row)
                } catch  where error.code == .tagExists {
                    // Another process was first: the next look at the rows says whose it is.
                }
            case .open(let successor, let row, let place):
                let isOpened = try await databases[place].swap(row, for: successor)
                if isOpened, place == 0 { return successor }
            case .finished: throw FrondError.exists(record.tag)
            }
        }
        throw FrondError(
            .storeUnavailable, "tag '\(record.tag)' is not made in all databases yet: create it again",
            retryAfter: .seconds(1))
    }

    /// The time that the others have once one database has answered.
    private static let patience = Duration.milliseconds(500)

    /// The answers of the databases that give one in good time: all are asked at once, so that one that hangs keeps
    /// no caller from the answers of the others.
    /// - Throws: where none answers.
    private func answers<Value: Sendable>(
        _ call: @escaping @Sendable (SegmentDatabase) async throws(FrondError) -> [Value]
    ) async throws(FrondError) -> [[Value]] {
        guard databases.count > 1 else { return [try await call(databases[0])] }
        let (results, give) = AsyncStream.makeStream(of: Result<[Value], FrondError>.self)
        let calls = databases.map { database in
            Task {
                do throws(FrondError) {
                    give.yield(.success(try await call(database)))
                } catch {
                    give.yield(.failure(error))
                }
            }
        }
        var alarm: Task<Void, Never>?
        defer {
            alarm?.cancel()
            for call in calls { call.cancel() }
        }
        var answers: [[Value]] = []
        var failures: [FrondError] = []
        for await result in results {
            switch result {
            case .success(let answer):
                answers.append(answer)
                let deadline = time.monotonic + Self.patience
                alarm =
                    alarm
                    ?? Task { [time] in
                        await time.sleep(until: deadline)
                        give.finish()
                    }
            case .failure(let error): failures.append(error)
            }
            if answers.count + failures.count == databases.count { break }
        }
        guard answers.isEmpty else { return answers }
        throw failures.first ?? FrondError(.cancelled, "the question to the databases was cancelled")
    }

    /// The record in each database.
    /// - Throws: where one does not answer: a tag is changed everywhere or nowhere.
    private func recordsEverywhere(_ tag: Tag) async throws(FrondError) -> [TagRecord?] {
        var records: [TagRecord?] = []
        for database in databases { records.append(try await database.tag(tag)) }
        return records
    }

    private static func furthest(_ records: [TagRecord]) -> TagRecord? {
        var furthest = records.max {
            SegmentPosition(cycle: $0.cycle, next: $0.maxID) < SegmentPosition(cycle: $1.cycle, next: $1.maxID)
        }
        // Rows are retired one after the other: the tag is from the first one on, and until the last is brought back.
        if records.contains(where: \.options.isRetired) { furthest?.options.isRetired = true }
        return furthest
    }
}

extension TagOptions {
    /// True where IDs are made and written as by the other options.
    fileprivate func hasForm(of other: TagOptions) -> Bool {
        var same = self
        same.isRetired = other.isRetired
        return same == other
    }
}
