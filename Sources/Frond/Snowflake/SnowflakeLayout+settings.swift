extension SnowflakeLayout {
    /// A layout as a person writes it: a preset, and what is to differ from it.
    public struct Settings: Hashable, Sendable {
        /// The name of a preset. Default `leaf`.
        public var preset: String
        /// The length of a tick: whole milliseconds, 1 ms to 1 day.
        public var tick: Duration?
        /// The start of tick 0: milliseconds since 1970-01-01T00:00:00Z; 0 or more, and not in the future.
        public var epochMilliseconds: Int64?
        public var tickBits: Int?
        public var datacenterBits: Int?
        public var workerBits: Int?
        public var sequenceBits: Int?
        public var order: Order?

        public init(
            preset: String = "leaf", tick: Duration? = nil, epochMilliseconds: Int64? = nil, tickBits: Int? = nil,
            datacenterBits: Int? = nil, workerBits: Int? = nil, sequenceBits: Int? = nil, order: Order? = nil
        ) {
            self.preset = preset
            self.tick = tick
            self.epochMilliseconds = epochMilliseconds
            self.tickBits = tickBits
            self.datacenterBits = datacenterBits
            self.workerBits = workerBits
            self.sequenceBits = sequenceBits
            self.order = order
        }
    }

    /// A layout that can be used now.
    /// - Throws: `invalidArgument`, naming the setting, its value and its range; `layoutExhausted` for one that has
    ///   run out, with the day on which it did.
    public init(_ settings: Settings, nowMilliseconds: Int64) throws(FrondError) {
        let preset = try Self.preset(settings.preset)
        self.init(
            unchecked: try settings.tick.map(Self.milliseconds(ofTickLength:)) ?? preset.tickMilliseconds,
            epochMilliseconds: settings.epochMilliseconds ?? preset.epochMilliseconds,
            tickBits: settings.tickBits ?? preset.tickBits,
            datacenterBits: settings.datacenterBits ?? preset.datacenterBits,
            workerBits: settings.workerBits ?? preset.workerBits,
            sequenceBits: settings.sequenceBits ?? preset.sequenceBits,
            order: settings.order ?? preset.order)
        try check(nowMilliseconds: nowMilliseconds)
    }

    /// Checks that this layout can be used now.
    /// - Throws: as ``init(_:nowMilliseconds:)``.
    public func check(nowMilliseconds: Int64) throws(FrondError) {
        try Self.check(tickMilliseconds, "tick length", 1...86_400_000, unit: " ms")
        try Self.check(Int64(tickBits), "tick bits", 1...63)
        try Self.check(Int64(datacenterBits), "datacenter bits", 0...31)
        try Self.check(Int64(workerBits), "worker bits", 0...31)
        try Self.check(Int64(sequenceBits), "sequence bits", 0...31)
        guard totalBits <= 63 else {
            throw FrondError(
                .invalidArgument,
                "tick bits \(tickBits) + datacenter bits \(datacenterBits) + worker bits \(workerBits) + sequence bits "
                    + "\(sequenceBits) is \(totalBits): 63 at most, or IDs would be negative")
        }
        guard (0...nowMilliseconds).contains(epochMilliseconds) else {
            throw FrondError(
                .invalidArgument,
                "epoch \(epochMilliseconds) (\(CalendarDate(milliseconds: epochMilliseconds))) is out of range: "
                    + "0 to \(nowMilliseconds), which is now; in milliseconds since 1970; correct it, or the clock of "
                    + "this machine"
            )
        }
        guard nowMilliseconds < exhaustionMilliseconds else { throw exhausted }
    }

    /// The end of the last tick of this layout: milliseconds since 1970-01-01T00:00:00Z.
    public var exhaustionMilliseconds: Int64 { milliseconds(ofTick: endTick) }

    /// The year in which this layout runs out.
    public var exhaustionYear: Int64 { CalendarDate(milliseconds: exhaustionMilliseconds).year }

    /// The last tick has come.
    var exhausted: FrondError {
        FrondError(
            .layoutExhausted,
            "this layout (\(self)) ran out on \(CalendarDate(milliseconds: exhaustionMilliseconds)): "
                + "take more tick bits, a longer tick or a later epoch")
    }

    private static func milliseconds(ofTickLength tick: Duration) throws(FrondError) -> Int64 {
        let (seconds, attoseconds) = tick.components
        guard attoseconds % 1_000_000_000_000_000 == 0, (0...86_400).contains(seconds) else {
            throw FrondError(
                .invalidArgument, "tick length \(tick) is out of range: whole milliseconds, 1 ms to 1 day")
        }
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }

    private static func check(
        _ value: Int64, _ name: String, _ range: ClosedRange<Int64>, unit: String = ""
    ) throws(FrondError) {
        guard range.contains(value) else {
            throw FrondError(
                .invalidArgument,
                "\(name) \(value)\(unit) is out of range: \(range.lowerBound)\(unit) to \(range.upperBound)\(unit)")
        }
    }
}
