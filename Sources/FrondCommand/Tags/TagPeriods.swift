import Frond

extension Tag {
    /// A name as somebody typed it: a tag, or the record of a period.
    /// - Throws: `invalidArgument` for what is neither.
    init(argument name: String) throws(FrondError) {
        guard let period = try? Tag(stored: name), period.periodTag != nil else {
            try self.init(name)
            return
        }
        self = period
    }
}

extension TagStore {
    /// Moves the records of a tag's periods forward that are not there yet, and makes that of the present one if it is
    /// gone: what was given out may be unknown to all of them where a store was restored from a copy.
    /// - Throws: as ``SegmentStore/change(_:_:)``; some may have been moved by then, and may be again.
    func movePeriods(of tag: Tag, to maxID: Int64, allowEnd: Bool) async throws(FrondError) {
        guard let record = try await self.tag(tag) else { return }
        if let period = record.options.period {
            let now = SystemTimeSource().wallMilliseconds
            let present = try Tag(tag, period: try period.date(atMilliseconds: now, by: TimeZoneNames()))
            if try await self.tag(present) == nil { _ = try await create(present, record.settingsOfPeriod) }
        }
        for period in try await tags() where period.tag.periodTag == tag && period.maxID < maxID {
            _ = try await change(period.tag, TagChange(maxID: maxID, allowEnd: allowEnd))
        }
    }
}
