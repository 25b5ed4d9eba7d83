import Frond
import FrondTesting

/// Snowflake generators with a worker ID each, from a registry in memory.
final class BenchmarkSnowflakes: Sendable {
    /// 22 bits of sequence, more than any machine uses up: what is measured is the generator.
    let wide: SnowflakeGenerator
    /// The default layout, whose 12 bits are the limit: 4.096 million IDs a second.
    let standard: SnowflakeGenerator
    private let keepers: [Task<Void, any Error>]

    init() async throws {
        let now = SystemTimeSource().wallMilliseconds
        let layout = try SnowflakeLayout(
            SnowflakeLayout.Settings(tickBits: 40, workerBits: 1, sequenceBits: 22), nowMilliseconds: now)
        // On a machine that is busy with other things a thread may not run for long.
        let policy = SnowflakePolicy(waitLimit: .seconds(60))
        wide = try SnowflakeGenerator(layout: layout, policy: policy)
        standard = try SnowflakeGenerator(policy: policy)
        keepers = [wide, standard].map { generator in
            let holder = WorkerHolder(host: "bench", processID: 0, startedAtMilliseconds: now)
            let keeper = WorkerKeeper(generator: generator, registry: InMemoryWorkerRegistry(), holder: holder)
            return Task { try await keeper.run() }
        }
        _ = try await wide.next()
        _ = try await standard.next()
    }

    func stop() {
        for keeper in keepers { keeper.cancel() }
    }
}
