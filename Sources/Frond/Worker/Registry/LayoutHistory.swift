/// The layouts that a registry knows: decides whether a server may take a worker ID under another one, and from when
/// on.
struct LayoutHistory {
    /// The longest wait for a layout to be above those before it: more is a mistake in the settings.
    private static let patienceMilliseconds: Int64 = 60_000

    private let layout: SnowflakeLayout
    /// The entries of the same layout.
    private let alike: [WorkerLayout]
    private let others: [(record: WorkerRecord, layout: SnowflakeLayout)]

    init(_ records: [WorkerRecord], layout: SnowflakeLayout) {
        self.layout = layout
        alike = records.compactMap(\.layout).filter { $0.layout == layout }
        others = records.compactMap { record in
            record.layout.flatMap { $0.layout == layout ? nil : (record, $0.layout) }
        }
    }

    /// - Throws: `workerIDsExhausted` where a holder may issue under another layout at this moment.
    func checkHoldersAgree(nowMilliseconds now: Int64) throws(FrondError) {
        let held = others.filter { $0.record.state(nowMilliseconds: now) == .held }
        guard let last = held.max(by: { $0.record.horizonMilliseconds < $1.record.horizonMilliseconds }) else { return }
        let holder = last.record.holder.map { " by \($0)" } ?? ""
        let left = Duration.milliseconds(last.record.horizonMilliseconds - now)
        throw FrondError(
            .workerIDsExhausted,
            "worker ID \(last.record.workerID) is in use\(holder) with the layout \(last.layout) for another "
                + "\(left.wholeSeconds) seconds, "
                + "and this server has \(layout), which could make the same IDs: give all servers of a registry one "
                + "layout, or stop those that have the other",
            retryAfter: min(left, .seconds(5)))
    }

    /// A record that its holder may use again under another layout: to be freed first.
    var unfenced: WorkerRecord? { others.first { !$0.record.isReleased }?.record }

    /// The layout with a floor above every ID that any other could have given out.
    /// - Throws: `workerIDsExhausted` where that is a moment away; `invalidArgument` where it is further.
    func successor(nowMilliseconds now: Int64) throws(FrondError) -> WorkerLayout {
        var floor = alike.map(\.floorMilliseconds).max() ?? 0
        for (record, other) in others where record.horizonMilliseconds > 0 {
            let end = other.leastID(ofFirstTickFromMilliseconds: record.horizonMilliseconds)
            let first = layout.firstMilliseconds(atOrAboveID: end)
            guard let first, first - now <= Self.patienceMilliseconds else {
                let from = first.map { "until \(CalendarDate(milliseconds: $0))" } ?? "for ever"
                throw FrondError(
                    .invalidArgument,
                    "the IDs of the layout \(layout) would be below those that were given out with \(other) \(from): "
                        + "they could be the same; keep that layout, or begin with a registry of its own where they "
                        + "cannot")
            }
            floor = max(floor, first)
        }
        guard floor <= now else {
            let left = Duration.milliseconds(floor - now)
            throw FrondError(
                .workerIDsExhausted,
                "the IDs of the layout \(layout) are above those of the one before in \(left.wholeSeconds) seconds",
                retryAfter: left)
        }
        return WorkerLayout(layout, floorMilliseconds: floor)
    }
}

extension SnowflakeLayout {
    /// The least ID of the first tick that begins at or after a moment: rounded up, it is above every ID of a time
    /// before.
    func leastID(ofFirstTickFromMilliseconds milliseconds: Int64) -> Int64 {
        let tick = min(max(0, (milliseconds - epochMilliseconds + tickMilliseconds - 1) / tickMilliseconds), endTick)
        return tick << Int64(totalBits - tickBits)
    }

    /// The moment from which every ID is at or above this one: milliseconds since 1970-01-01T00:00:00Z; nil for never.
    func firstMilliseconds(atOrAboveID id: Int64) -> Int64? {
        let shift = Int64(totalBits - tickBits)
        let whole = id >> shift
        let tick = whole << shift == id ? whole : whole + 1
        guard tick < endTick else { return nil }
        return max(0, milliseconds(ofTick: tick))
    }
}
