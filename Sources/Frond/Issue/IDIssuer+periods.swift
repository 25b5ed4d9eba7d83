import Synchronization

/// The periods of tags: what is done besides handing out their IDs.
extension IDIssuer {
    /// The time before the start of a period at which its record is made.
    private static let lead = Duration.seconds(3600)

    func noteUse(of period: Tag) {
        let now = time.monotonic
        periods.withLock { $0.use(period, now: now) }
    }

    /// Ends the generators of periods that are no longer asked for, and makes the records of those that begin soon.
    package func keepPeriods() async {
        let now = time.monotonic
        await withTaskGroup(of: Void.self) { tasks in
            for period in periods.withLock({ $0.takeUnused(now: now) }) {
                for generator in generators.all where generator.kind.countsInRecord {
                    tasks.addTask { await generator.retire(period) }
                }
            }
        }
        for period in periods.withLock({ $0.records }) where !Task.isCancelled {
            // One that cannot be made now is made later: at the latest by the request for its first number.
            guard await makeNext(after: period) else { return }
        }
    }

    /// Makes the record of the period that follows one in use, if that begins soon: so it can begin though one of
    /// several databases, all of which it takes, is down by then, and not all servers make it in the same moment.
    /// - Returns: whether the store answers, as far as is known.
    private func makeNext(after period: Tag) async -> Bool {
        let soon = steadyMilliseconds.addingReportingOverflow(Self.lead.wholeMilliseconds).partialValue
        guard let store = segments?.store,
            let record = period.periodTag.flatMap({ directory?.known($0)?.record }), !record.options.isRetired
        else { return true }
        do throws(FrondError) {
            guard let date = try record.options.period?.date(atMilliseconds: soon, by: settings.zones) else {
                return true
            }
            let next = try Tag(record.tag, period: date)
            guard periods.withLock({ $0.needs(next, after: period) }) else { return true }
            try await store.createPeriod(next, of: record)
            periods.withLock { $0.noteNext(next, after: period) }
            return true
        } catch {
            // A zone unknown here, or a damaged row, concerns this tag alone.
            return error.scope != .store
        }
    }
}
