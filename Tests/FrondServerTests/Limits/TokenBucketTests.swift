import Frond
import FrondTesting
import Testing

@testable import FrondServer

@Suite("A token bucket")
struct TokenBucketTests {
    private static let second = 1_000_000_000 * TokenBucket.ticksPerNanosecond

    @Test("serves a burst at once, and then no more than its rate")
    func burst() throws {
        let limit = try RateLimit(perSecond: 100, burst: 5)
        var bucket = TokenBucket()
        for _ in 0..<5 { #expect(bucket.take(1, of: limit, now: 1) == .taken) }
        guard case .refused(let wait) = bucket.take(1, of: limit, now: 1) else {
            Issue.record("the sixth was not refused")
            return
        }
        #expect(wait == Self.second / 100)
        #expect(bucket.take(1, of: limit, now: 1 + wait - 1) != .taken)
        #expect(bucket.take(1, of: limit, now: 1 + wait) == .taken)
    }

    @Test(
        "never serves more than the burst and the rate allow, whatever comes when", arguments: 0..<50 as Range<UInt64>)
    func bound(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let limit = try RateLimit(
            perSecond: .random(in: 1...1_000_000, using: &random), burst: .random(in: 1...1000, using: &random))
        var bucket = TokenBucket()
        var now = Int64.random(in: 0...Self.second, using: &random)
        let start = now
        var served: Int64 = 0
        for _ in 0..<2000 {
            now += .random(in: 0...(3 * limit.ticksPerUnit), using: &random)
            let count = Int64.random(in: 1...max(1, limit.burst / 3), using: &random)
            switch bucket.take(count, of: limit, now: now) {
            case .taken: served += count
            case .refused(let wait):
                // The wait that is told is enough, and no shorter one is.
                var later = bucket
                #expect(later.take(count, of: limit, now: now + wait) == .taken)
                later = bucket
                #expect(later.take(count, of: limit, now: now + wait - 1) != .taken)
            case .tooLarge: Issue.record("\(count) of \(limit) is too large")
            }
            let allowed = limit.burst + (now - start) / limit.ticksPerUnit
            #expect(served <= allowed)
        }
        #expect(served > 0)
    }

    @Test("serves what its rate allows, however it is split")
    func rate() throws {
        let limit = try RateLimit(perSecond: 100_000, burst: 1000)
        var bucket = TokenBucket()
        var served: Int64 = 0
        for step in 0..<20_000 where bucket.take(10, of: limit, now: Int64(step) * Self.second / 20_000) == .taken {
            served += 10
        }
        #expect((100_000...101_000).contains(served))
    }

    @Test("says so where a request is larger than it ever holds, and takes nothing for it")
    func tooLarge() throws {
        let limit = try RateLimit(perSecond: 100, burst: 10, unit: .ids)
        var bucket = TokenBucket()
        #expect(bucket.take(11, of: limit, now: 0) == .tooLarge)
        #expect(bucket.take(10, of: limit, now: 0) == .taken)
    }

    @Test("has back what was taken and not used")
    func givingBack() throws {
        let bucket = SharedBucket(limit: try RateLimit(perSecond: 1, burst: 1))
        #expect(bucket.take(1, now: 5) == .taken)
        #expect(bucket.take(1, now: 5) != .taken)
        bucket.giveBack(1)
        #expect(bucket.take(1, now: 5) == .taken)
    }

    @Test("is shared by threads without a unit too many")
    func threads() async throws {
        let bucket = SharedBucket(limit: try RateLimit(perSecond: 1, burst: 5000))
        let served = await withTaskGroup(of: Int.self) { tasks in
            for _ in 0..<4 {
                tasks.addTask { (0..<2500).count { _ in bucket.take(1, now: 0) == .taken } }
            }
            return await tasks.reduce(0, +)
        }
        #expect(served == 5000)
    }
}

@Suite("A limit's text")
struct RateLimitTests {
    @Test(
        "is read with its unit and its burst",
        arguments: [
            ("100000/s", 100_000, 100_000, RateLimit.Unit.requests), ("5000 ids/s", 5000, 5000, .ids),
            ("100/s burst 500", 100, 500, .requests), ("10 requests/s burst 1", 10, 1, .requests),
        ])
    func reading(text: String, perSecond: Int64, burst: Int64, unit: RateLimit.Unit) throws {
        #expect(try RateLimit(text) == RateLimit(perSecond: perSecond, burst: burst, unit: unit))
    }

    @Test(
        "is refused with the form that is allowed",
        arguments: [
            "", "100", "100/m", "/s", "x/s", "100/s burst", "100/s burst x", "100/s 5", "ids/s", "-1/s", "0/s",
            "100/s burst 0", "1000000000/s",
        ])
    func refusal(text: String) {
        let error = #expect(throws: FrondError.self) { try RateLimit(text) }
        #expect(error?.code == .invalidArgument)
    }
}
