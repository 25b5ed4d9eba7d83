import Frond
import FrondRedis

/// The settings of counters in Redis, checked.
struct RedisSettings {
    var url: RedisURL
    var policy: RedisPolicy

    /// Nil where no Redis is named.
    /// - Throws: ``CommandFailure``, naming the setting and what is allowed.
    init?(_ reader: SettingsReader) throws {
        let step = try reader.integer(.redisCeilingStep, in: 1...TagRecord.largestStep, default: 100_000)
        guard let text = reader.text(.redis) else { return nil }
        policy = RedisPolicy(ceilingStep: step)
        do {
            url = try RedisURL(text)
            try url.checkFiles()
        } catch {
            throw CommandFailure(.configuration, "redis: \(error.message)")
        }
        if url.password == nil { url.password = reader.text(.redisPassword) }
        if case .sentinel(var sentinels) = url.topology, sentinels.password == nil {
            sentinels.password = reader.text(.redisSentinelPassword)
            url.topology = .sentinel(sentinels)
        }
    }
}
