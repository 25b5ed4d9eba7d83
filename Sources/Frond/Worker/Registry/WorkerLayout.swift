/// The layout of the holder of a worker ID, and the time from which it is used.
///
/// IDs of two layouts may be the same number whatever their worker IDs are. So a registry says of each worker ID how it
/// was used, and another layout begins above all that those before could have given out: see ``LayoutHistory``.
public struct WorkerLayout: Hashable, Sendable {
    public var layout: SnowflakeLayout
    /// Nothing is issued with this layout for a time before this, by any holder: milliseconds since
    /// 1970-01-01T00:00:00Z; 0 where there was no other layout before.
    public var floorMilliseconds: Int64

    public init(_ layout: SnowflakeLayout, floorMilliseconds: Int64 = 0) {
        self.layout = layout
        self.floorMilliseconds = floorMilliseconds
    }

    /// The layout as registries keep it, such as `41/5+5/12 1 1288834974657 worker-sequence 0`: the bits of tick,
    /// datacenter, worker and sequence, the tick in milliseconds, the epoch, the order and the floor.
    public var text: String {
        "\(layout.tickBits)/\(layout.datacenterBits)+\(layout.workerBits)/\(layout.sequenceBits) "
            + "\(layout.tickMilliseconds) \(layout.epochMilliseconds) \(layout.order.rawValue) \(floorMilliseconds)"
    }

    /// - Returns: nil for a text that is not one of ``text``.
    public init?(text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 5, let tick = Int64(parts[1]), let epoch = Int64(parts[2]),
            let order = SnowflakeLayout.Order(rawValue: String(parts[3])), let floor = Int64(parts[4])
        else { return nil }
        let bits = parts[0].split { $0 == "/" || $0 == "+" }.compactMap { Int($0) }
        guard bits.count == 4, bits[0] >= 1, bits.allSatisfy({ (0...63).contains($0) }), bits.reduce(0, +) <= 63,
            bits[1...].allSatisfy({ $0 <= 31 }), (1...86_400_000).contains(tick),
            (0...WorkerRecord.lastMilliseconds).contains(epoch), (0...WorkerRecord.lastMilliseconds).contains(floor)
        else { return nil }
        layout = SnowflakeLayout(
            unchecked: tick, epochMilliseconds: epoch, tickBits: bits[0], datacenterBits: bits[1], workerBits: bits[2],
            sequenceBits: bits[3], order: order)
        floorMilliseconds = floor
        guard self.text == text else { return nil }
    }

    /// Reads the layout that a registry keeps with a worker ID; nil for an empty text.
    /// - Parameter record: whose it is, for the error.
    /// - Throws: `storeCorrupt` where it cannot be read: which IDs were given out is not known then.
    package static func stored(_ text: String, of record: String) throws(FrondError) -> WorkerLayout? {
        if text.isEmpty { return nil }
        guard let layout = WorkerLayout(text: text) else {
            throw FrondError(.storeCorrupt, "\(record) has a layout that cannot be read: '\(text)'")
        }
        return layout
    }
}
