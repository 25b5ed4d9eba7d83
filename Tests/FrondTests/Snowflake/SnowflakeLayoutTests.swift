import Frond
import FrondTesting
import Testing

@Suite("The layout of snowflake IDs", .timeLimit(.minutes(5)))
struct SnowflakeLayoutTests {
    /// 2026-01-01T00:00:00Z.
    private let now: Int64 = 1_767_225_600_000

    @Test("composing and decoding are inverse, for every layout")
    func inverse() throws {
        var random = SplitMix64(seed: 1)
        for _ in 0..<2000 {
            let layout = randomLayout(&random)
            let parts = SnowflakeLayout.Parts(
                tick: Int64.random(in: 0...layout.endTick, using: &random),
                datacenterID: Int64.random(in: layout.datacenterIDs, using: &random),
                workerID: Int64.random(in: layout.workerIDs, using: &random),
                sequence: Int64.random(in: layout.sequences, using: &random))
            let id = try layout.compose(parts)
            #expect(id >= 0)
            #expect(try layout.decode(id) == parts, "\(layout)")
        }
    }

    @Test("any number of the layout's bits decodes to parts that compose to it again")
    func inverseFromIDs() throws {
        var random = SplitMix64(seed: 2)
        for _ in 0..<2000 {
            let layout = randomLayout(&random)
            let id = Int64.random(in: 0...Int64.max, using: &random) >> Int64(63 - layout.totalBits)
            #expect(try layout.compose(layout.decode(id)) == id, "\(layout)")
        }
    }

    private func randomLayout(_ random: inout SplitMix64) -> SnowflakeLayout {
        while true {
            let layout = SnowflakeLayout(
                unchecked: Int64.random(in: 1...5000, using: &random), epochMilliseconds: 0,
                tickBits: Int.random(in: 1...62, using: &random),
                datacenterBits: Int.random(in: 0...10, using: &random),
                workerBits: Int.random(in: 0...22, using: &random),
                sequenceBits: Int.random(in: 0...22, using: &random),
                order: Bool.random(using: &random) ? .workerThenSequence : .sequenceThenWorker)
            if layout.totalBits <= 63 { return layout }
        }
    }

    @Test("Leaf's IDs decode as Leaf decodes them")
    func decodesLeaf() throws {
        let id = Int64(123_456) << 22 | 77 << 12 | 9
        #expect(
            try SnowflakeLayout.leaf.decode(id) == .init(tick: 123_456, datacenterID: 0, workerID: 77, sequence: 9))
        #expect(
            try SnowflakeLayout.twitter.decode(id)
                == .init(tick: 123_456, datacenterID: 2, workerID: 13, sequence: 9))
        #expect(SnowflakeLayout.leaf.milliseconds(ofTick: 123_456) == 1_288_834_974_657 + 123_456)
    }

    @Test("Sonyflake's order puts the worker last")
    func decodesSonyflake() throws {
        let id = Int64(1000) << 24 | 7 << 16 | 513
        #expect(
            try SnowflakeLayout.sonyflake.decode(id)
                == .init(tick: 1000, datacenterID: 0, workerID: 513, sequence: 7))
    }

    @Test("presets can be used, but for Baidu's, which has run out")
    func presets() throws {
        for (name, layout) in SnowflakeLayout.presets where name != "baidu" {
            try layout.check(nowMilliseconds: now)
        }
        #expect(SnowflakeLayout.twitter.exhaustionYear == 2080)
        #expect(SnowflakeLayout.leaf.exhaustionYear == 2080)
        #expect(SnowflakeLayout.sonyflake.exhaustionYear == 2188)
        #expect(SnowflakeLayout.js53.exhaustionYear == 2089)
        #expect(SnowflakeLayout.js53.totalBits == 53)
        let error = #expect(throws: FrondError.self) {
            _ = try SnowflakeLayout(.init(preset: "baidu"), nowMilliseconds: now)
        }
        #expect(error?.code == .layoutExhausted)
        #expect(error?.message.contains("2024-11-20") ?? false)
        let later = try SnowflakeLayout(
            .init(preset: "baidu", epochMilliseconds: 1_704_067_200_000), nowMilliseconds: now)
        #expect(later.exhaustionYear == 2032)
    }

    @Test(
        "a bad setting is refused by its name, value and range",
        arguments: [
            (SnowflakeLayout.Settings(preset: "nope"), "'nope' is not a layout"),
            (.init(tickBits: 0), "tick bits 0 is out of range: 1 to 63"),
            (.init(tickBits: 64), "tick bits 64 is out of range: 1 to 63"),
            (.init(datacenterBits: -1), "datacenter bits -1 is out of range: 0 to 31"),
            (.init(workerBits: 40), "worker bits 40 is out of range: 0 to 31"),
            (.init(sequenceBits: -3), "sequence bits -3 is out of range: 0 to 31"),
            (.init(workerBits: 11), "is 64: 63 at most"),
            (.init(tick: .zero), "tick length 0 ms is out of range: 1 ms to 86400000 ms"),
            (.init(tick: .microseconds(1500)), "tick length 0.0015 seconds is out of range"),
            (.init(tick: .seconds(90_000)), "tick length 90000.0 seconds is out of range"),
            (.init(epochMilliseconds: 1_767_225_600_001), "epoch 1767225600001 (2026-01-01) is out of range"),
            (.init(epochMilliseconds: -1), "epoch -1 (1969-12-31) is out of range"),
            (.init(tickBits: 30), "ran out on 2010-11-16"),
        ])
    func refuses(settings: SnowflakeLayout.Settings, message: String) {
        let error = #expect(throws: FrondError.self) {
            _ = try SnowflakeLayout(settings, nowMilliseconds: now)
        }
        #expect(error?.message.contains(message) ?? false, "\(error?.message ?? "")")
    }

    @Test("what no layout made is not decoded", arguments: [-1, Int64.min, 1 << 53])
    func refusesIDs(id: Int64) {
        let error = #expect(throws: FrondError.self) { _ = try SnowflakeLayout.js53.decode(id) }
        #expect(error?.code == .invalidArgument)
    }

    @Test("parts out of range are not composed")
    func refusesParts() {
        #expect(throws: FrondError.self) {
            _ = try SnowflakeLayout.leaf.compose(.init(tick: 1, workerID: 1024, sequence: 0))
        }
        #expect(throws: FrondError.self) {
            _ = try SnowflakeLayout.leaf.compose(.init(tick: 1, datacenterID: 1, workerID: 0, sequence: 0))
        }
    }
}
