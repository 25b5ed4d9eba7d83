import Frond

/// Snowflake generators with a lease each that outlasts every measurement.
struct BenchmarkSnowflakes {
    /// 22 bits of sequence, more than any machine uses up: what is measured is the generator.
    let wide: SnowflakeGenerator
    /// The default layout, whose 12 bits are the limit: 4.096 million IDs a second.
    let standard: SnowflakeGenerator

    init() throws {
        let now = SystemTimeSource().wallMilliseconds
        let layout = try SnowflakeLayout(
            SnowflakeLayout.Settings(tickBits: 40, workerBits: 1, sequenceBits: 22), nowMilliseconds: now)
        // On a machine that is busy with other things a thread may not run for long.
        let policy = SnowflakePolicy(waitLimit: .seconds(60))
        wide = try SnowflakeGenerator(layout: layout, policy: policy)
        standard = try SnowflakeGenerator(policy: policy)
        let day: Int64 = 24 * 3600 * 1000
        for generator in [wide, standard] {
            let record = WorkerRecord(
                workerID: 0, holder: nil, isReleased: false, floorMilliseconds: now, horizonMilliseconds: now + day,
                token: 1, updatedAtMilliseconds: now)
            generator.install(WorkerLease(record: record))
        }
    }
}
