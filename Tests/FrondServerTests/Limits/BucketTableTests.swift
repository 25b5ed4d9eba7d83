import Frond
import Testing

@testable import FrondServer

@Suite("The table of limits")
struct BucketTableTests {
    private static let second = 1_000_000_000 * TokenBucket.ticksPerNanosecond

    @Test("gives each client a bucket of its own, and the same one again")
    func ownBuckets() throws {
        var table = BucketTable(limit: try RateLimit(perSecond: 1))
        let first = table.bucket(of: "a", now: 0)
        #expect(table.bucket(of: "a", now: 0) === first)
        #expect(table.bucket(of: "b", now: 0) !== first)
    }

    @Test("forgets idle clients where there is no room, and stays within its bound")
    func bound() throws {
        var table = BucketTable(limit: try RateLimit(perSecond: 1000), capacity: 100)
        var now: Int64 = 0
        for client in 0..<10_000 {
            now += Self.second / 100
            _ = table.bucket(of: "\(client)", now: now).take(1, now: now)
            #expect(table.count <= 100)
        }
    }

    @Test("keeps the bucket of a client that has used up its limit")
    func busyClients() throws {
        var table = BucketTable(limit: try RateLimit(perSecond: 1), capacity: 10)
        #expect(table.bucket(of: "busy", now: 0).take(1, now: 0) == .taken)
        for client in 0..<100 { _ = table.bucket(of: "\(client)", now: Self.second / 2) }
        #expect(table.bucket(of: "busy", now: Self.second / 2).take(1, now: Self.second / 2) != .taken)
    }

    @Test("keeps the bucket that a connection holds, so that no client has two")
    func heldBuckets() throws {
        var table = BucketTable(limit: try RateLimit(perSecond: 1), capacity: 10)
        let held = table.bucket(of: "held", now: 0)
        for client in 0..<100 { _ = table.bucket(of: "\(client)", now: Int64(client) * Self.second) }
        #expect(table.bucket(of: "held", now: 200 * Self.second) === held)
    }

    @Test("lets newcomers share one bucket where all clients are busy")
    func overflow() throws {
        var table = BucketTable(limit: try RateLimit(perSecond: 1, burst: 2), capacity: 2)
        for client in ["a", "b"] { #expect(table.bucket(of: client, now: 0).take(2, now: 0) == .taken) }
        #expect(table.bucket(of: "c", now: 1) === table.bucket(of: "d", now: 1))
        #expect(table.count == 2)
    }
}
