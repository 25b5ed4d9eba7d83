import Frond
import FrondClient

/// Generators in this process whose store is a server: what they cost beside those whose store is here.
struct BenchmarkClient: Sendable {
    private let client: FrondClient

    init(servers: [String]) throws(FrondError) {
        client = try FrondClient(
            FrondClient.Configuration(
                servers: servers,
                segment: SegmentPolicy(maxStep: TagRecord.largestStep, waitLimit: .seconds(60)),
                // On a machine that is busy with other things a thread may not run for long.
                snowflake: SnowflakePolicy(waitLimit: .seconds(60))))
    }

    /// - Throws: ``FrondError`` where no server answers.
    func subjects() async throws(FrondError) -> [BenchmarkSubject] {
        let tag = try Tag("bench.client")
        do {
            _ = try await client.store.create(tag, TagSettings(step: 10_000_000))
        } catch {
            // It is there from the last time.
            guard error.code == .tagExists else { throw error }
        }
        let segment = try client.segments.generator(for: tag)
        _ = try await segment.next()
        let snowflake = try await client.snowflake()
        _ = try await snowflake.next()
        return [
            BenchmarkSubject("segment, by a server", segment),
            BenchmarkSubject("segment, by a server, 1000 a call", segment, batchesOf: 1000),
            BenchmarkSubject("snowflake, by a server", snowflake),
        ]
    }

    func shutdown() async { await client.shutdown() }
}
