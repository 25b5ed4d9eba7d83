/// The rules by which tags are created and changed, by whichever way: the command, a client over gRPC, or code in this
/// process.
///
/// Where a tag's next number moves, that of its periods moves too; where a tag gets snowflake IDs, it is recorded where
/// they begin.
package struct TagAdministration: Sendable {
    /// The span before the present that the first snowflake IDs of a tag may come from: clocks are not further behind.
    private static let snowflakeMarginMilliseconds: Int64 = 86_400_000

    /// The most tries while others keep changing the tag.
    private static let maximumTries = 20

    private let store: any TagStore
    private let zones: any TimeZoneRules
    private let time: any TimeSource
    /// The layout of snowflake IDs; nil where they are not enabled.
    private let layout: SnowflakeLayout?

    package init(
        _ store: any TagStore, zones: any TimeZoneRules, layout: SnowflakeLayout? = nil,
        time: any TimeSource = SystemTimeSource()
    ) {
        self.store = store
        self.zones = zones
        self.layout = layout
        self.time = time
    }

    /// Creates a tag.
    /// - Throws: `invalidArgument` for a time zone that is not known here; as ``TagStore/create(_:_:)``.
    package func create(_ tag: Tag, _ settings: TagSettings) async throws(FrondError) -> TagRecord {
        try checkTimeZone(of: settings.options)
        var settings = settings
        settings.options = Self.withFloor(
            settings.options, nowMilliseconds: time.wallMilliseconds, layout: { layout })
        return try await store.create(tag, settings)
    }

    /// Changes a tag, and the records of its periods where its next number moves.
    /// - Throws: `invalidArgument` for a time zone that is not known here; as ``TagStore/change(_:_:)``; some records
    ///   of periods may have moved by then, and may again.
    package func change(_ tag: Tag, _ change: TagChange) async throws(FrondError) -> TagRecord {
        try checkTimeZone(of: change.options)
        try await checkScramble(of: tag, change)
        let needsRecord = change.maxID != nil || change.options.generators.contains(where: \.isMadeFromClock)
        guard tag.periodTag == nil, needsRecord, let record = try await store.tag(tag) else {
            return try await store.change(tag, change)
        }
        var change = change
        if record.options.snowflakeFloor == nil {
            change.options = Self.withFloor(
                change.options, nowMilliseconds: time.wallMilliseconds, layout: { layout })
        }
        if let maxID = change.maxID {
            // A change that is refused moves no period.
            _ = try record.applying(change, nowMilliseconds: time.wallMilliseconds)
            try await movePeriods(of: record, to: maxID, allowEnd: change.allowEnd)
        }
        return try await store.change(tag, change)
    }

    /// Retires a tag, or brings it back. The record stays, so that no number of the tag is ever issued again: numbers
    /// that servers have reserved and not issued are lost, or issued after the tag was brought back.
    ///
    /// Servers that know the tag refuse it once they have read the settings of tags anew, which they do every second or
    /// two.
    /// - Parameter ifVersion: the version of the settings by which this was decided; nil for any.
    /// - Throws: as ``TagStore/change(_:_:)``.
    package func retire(
        _ tag: Tag, undoing: Bool = false, ifVersion: Int64? = nil
    ) async throws(FrondError) -> TagRecord {
        try await store.change(tag, undoing ? .returning(ifVersion: ifVersion) : .retirement(ifVersion: ifVersion))
    }

    /// Makes a change that was decided by a record as it was read: again where others changed settings meanwhile that
    /// the change does not touch, so that two operators at once lose nothing.
    /// - Throws: `conflict` where they changed one that it touches; as ``change(_:_:)``.
    package func change(_ record: TagRecord, _ change: TagChange) async throws(FrondError) -> TagRecord {
        var wanted = change
        wanted.ifVersion = record.settings.version
        for _ in 0..<Self.maximumTries {
            do throws(FrondError) {
                return try await self.change(record.tag, wanted)
            } catch {
                guard error.code == .conflict, let present = try await store.tag(record.tag),
                    !change.touchesDifference(between: record.settings, present.settings)
                else { throw error }
                wanted.ifVersion = present.settings.version
            }
        }
        return try await self.change(record.tag, wanted)
    }

    /// The numbers of a period are scrambled over the range of its tag.
    private func checkScramble(of period: Tag, _ change: TagChange) async throws(FrondError) {
        guard change.maxValue != nil, let tag = period.periodTag, try await store.tag(tag)?.options.scrambleKey != nil
        else { return }
        throw FrondError(
            .invalidArgument,
            "the numbers of '\(period)' are scrambled over the range of tag '\(tag)', and another --max would leave "
                + "it; create another tag with that range")
    }

    /// Checks that the present period of a tag can be told.
    private func checkTimeZone(of options: TagOptions) throws(FrondError) {
        _ = try options.period?.date(atMilliseconds: time.wallMilliseconds, by: zones)
    }

    /// Moves the records of a tag's periods that are not there yet forward, and creates that of the present one if it
    /// is missing: where a store was restored from a copy, none of them may know what was issued.
    private func movePeriods(of record: TagRecord, to maxID: Int64, allowEnd: Bool) async throws(FrondError) {
        if let period = record.options.period {
            let date = try period.date(atMilliseconds: time.wallMilliseconds, by: zones)
            let present = try Tag(record.tag, period: date)
            if try await store.tag(present) == nil { try await createUnlessThere(present, record.settingsOfPeriod) }
        }
        for period in try await store.tags() where period.tag.periodTag == record.tag && period.maxID < maxID {
            _ = try await store.change(period.tag, TagChange(maxID: maxID, allowEnd: allowEnd))
        }
    }

    private func createUnlessThere(_ tag: Tag, _ settings: TagSettings) async throws(FrondError) {
        do {
            _ = try await store.create(tag, settings)
        } catch {
            // A server was first: its record serves as well.
            guard error.code == .tagExists else { throw error }
        }
    }

    /// Options with the number from which snowflake IDs of the tag begin: below any that the layout makes from a day
    /// ago on. A number that was set once stays, since IDs may have been issued on both sides of it.
    /// - Parameter layout: the layout of snowflake IDs, asked for where the tag gets some; nil where there is none.
    package static func withFloor(
        _ options: TagOptions, nowMilliseconds: Int64, layout: () throws -> SnowflakeLayout?
    ) rethrows -> TagOptions {
        guard options.snowflakeFloor == nil, options.generators.contains(where: \.isMadeFromClock),
            let layout = try layout()
        else { return options }
        var options = options
        options.snowflakeFloor = layout.leastID(
            ofTickContainingMilliseconds: nowMilliseconds - snowflakeMarginMilliseconds)
        return options
    }
}

extension TagOptions {
    /// Checks that the IDs of a tag are the bare numbers of its record: what a remote caller that reserves numbers
    /// would issue, and what must not equal a text of the tag, or a number of another of its generators.
    /// - Throws: `tagRetired`; `generatorNotOfTag`; `invalidArgument` for a tag whose IDs are not its numbers.
    package func checkNumbersAreIDs(of tag: Tag) throws(FrondError) {
        if isRetired { throw .retired(tag) }
        guard generators.isEmpty || generators.contains(where: \.countsInRecord) else {
            throw .notOfTag(tag, SegmentGenerators.kind, generators)
        }
        guard isWritten else { return }
        throw FrondError(
            .invalidArgument,
            "tag '\(tag)' issues formatted text, not numbers; request its IDs with Next, or over HTTP at /api/id/\(tag)"
        )
    }
}
