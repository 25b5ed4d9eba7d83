import Frond

/// The settings of snowflake IDs, checked.
struct SnowflakeSettings {
    var layout: SnowflakeLayout
    var datacenterID: Int64
    var policy: SnowflakePolicy
    var worker: WorkerPolicy

    /// - Throws: ``CommandFailure``, naming the setting, its value and what is allowed.
    init(_ reader: SettingsReader) throws {
        layout = try Self.layout(reader)
        datacenterID = try reader.integer(
            .snowflakeDatacenter, in: 0...(layout.datacenterIDs.upperBound - 1), default: 0)
        policy = SnowflakePolicy(
            maxAhead: try reader.duration(.snowflakeMaxAhead, default: .milliseconds(10)),
            maxForwardJump: max(.seconds(1), try reader.duration(.snowflakeMaxForwardJump, default: .seconds(10))),
            waitLimit: try reader.duration(.snowflakeWaitLimit, default: .seconds(1)),
            maxWaiters: Int(try reader.integer(.snowflakeMaxWaiters, in: 1...1_000_000, default: 10_000)))
        let maxHorizon = try reader.duration(.workerMaxHorizon, default: .seconds(600))
        guard maxHorizon >= .seconds(3) else {
            throw CommandFailure(
                .configuration, "worker.maxHorizon: '\(maxHorizon)' is not allowed: it takes 3s or more")
        }
        worker = WorkerPolicy(
            start: try reader.choice(
                .workerStart, of: WorkerPolicy.Start.allCases.map { ($0.rawValue, $0) }, default: .wait),
            maxHorizon: maxHorizon,
            clockPatience: try reader.duration(.workerClockPatience, default: .seconds(10)))
    }

    /// The layout, of which any preset's width can be replaced.
    static func layout(_ reader: SettingsReader) throws -> SnowflakeLayout {
        func bits(_ key: SettingKey) throws -> Int? {
            try reader.text(key).map { _ in Int(try reader.integer(key, in: 0...63, default: 0)) }
        }
        let settings = SnowflakeLayout.Settings(
            preset: reader.string(.snowflakeLayout, default: "leaf"),
            tick: try reader.text(.snowflakeTick).map { _ in try reader.duration(.snowflakeTick, default: .zero) },
            epochMilliseconds: try reader.text(.snowflakeEpoch).map { _ in
                try reader.integer(.snowflakeEpoch, in: 0...Int64.max, default: 0)
            },
            tickBits: try bits(.snowflakeTickBits), datacenterBits: try bits(.snowflakeDatacenterBits),
            workerBits: try bits(.snowflakeWorkerBits), sequenceBits: try bits(.snowflakeSequenceBits),
            order: try reader.choice(
                .snowflakeOrder, of: SnowflakeLayout.Order.allCases.map { ($0.rawValue, $0 as SnowflakeLayout.Order?) },
                default: nil))
        do {
            return try SnowflakeLayout(settings, nowMilliseconds: SystemTimeSource().wallMilliseconds)
        } catch {
            throw CommandFailure(.configuration, "snowflake: \(error.message)")
        }
    }
}
