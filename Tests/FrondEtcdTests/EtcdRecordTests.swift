import Foundation
import Frond
import FrondTesting
import TestServers
import Testing

@testable import FrondEtcd

@Suite("Keys of etcd that others change", .sharedEtcd, .timeLimit(.minutes(5)))
struct EtcdRecordTests {
    private static let text = WorkerRecord(
        workerID: 0, holder: nil, isReleased: true, floorMilliseconds: 1000, horizonMilliseconds: 2000, token: 1,
        updatedAtMilliseconds: 1500
    ).text

    private static func changed(_ line: String, to other: String) -> String {
        text.replacingOccurrences(of: "\(line)\n", with: "\(other)\n")
    }

    @Test(
        "a record that cannot be right is an error of its own worker ID alone, which nobody gets",
        arguments: [
            ("", "is not the record of a worker ID"),
            ("garbage", "is not the record of a worker ID"),
            (String(text.dropLast(5)), "is not the record of a worker ID"),
            (changed("token 1", to: "token -1"), "is not the record of a worker ID"),
            (changed("token 1", to: "token 9223372036854775807"), "is not the record of a worker ID"),
            (changed("floor 1000", to: "floor -9223372036854775808"), "is not the record of a worker ID"),
            (changed("floor 1000", to: "floor 2001"), "is not the record of a worker ID"),
            (changed("horizon 2000", to: "horizon 9223372036854775807"), "is not the record of a worker ID"),
            (changed("id 0", to: "id 7"), "is the record of worker ID 7"),
            (changed("frond worker 1", to: "frond worker 2"), "was written by a newer Frond"),
        ])
    func unreadable(text: String, why: String) async throws {
        let etcd = try sharedEtcd()
        let prefix = freshPrefix()
        let registry = try await etcd.registry(prefix)
        try await etcd.control("put", "--", "\(prefix)/workers/00000", text)
        let listed = try await registry.workers()
        #expect(listed.map { $0.state(nowMilliseconds: 1_000_000_000_000) } == [.held])
        let freeing = await frondError {
            try await registry.free(0, nowMilliseconds: 1_000_000)
        }
        #expect(freeing?.code == .storeCorrupt)
        #expect(freeing?.message.contains("key '\(prefix)/workers/00000' of etcd://127.0.0.1") == true)
        #expect(freeing?.message.contains(why) == true, "\(freeing?.message ?? "")")
        #expect(try await registry.acquire(0..<2).workerID == 1)
        let acquiring = await frondError { try await registry.acquire(0..<2) }
        #expect(acquiring?.code == .workerIDsExhausted)
        #expect(acquiring?.retryAfter == .seconds(3), "when worker ID 1 is free again")
    }

    @Test(
        "a key that is not that of a worker ID is not listed",
        arguments: ["0", "000000", "+0000", "-00001", "a", "00000/x", "9223372036854775808"])
    func misnamed(name: String) async throws {
        let etcd = try sharedEtcd()
        let prefix = freshPrefix()
        let registry = try await etcd.registry(prefix)
        try await etcd.control("put", "--", "\(prefix)/workers/\(name)", Self.text)
        #expect(try await registry.workers() == [])
        #expect(try await registry.acquire(0..<1).floorMilliseconds == 0)
    }

    @Test("the keys of others are left alone") func theKeysOfOthersAreLeftAlone() async throws {
        let etcd = try sharedEtcd()
        let prefix = freshPrefix()
        let registry = try await etcd.registry(prefix)
        for key in ["\(prefix)/workers", "\(prefix)/workers0", "\(prefix)0/workers/00001", "\(prefix)/w"] {
            try await etcd.control("put", key, "other")
        }
        let lease = try await registry.acquire(70_000..<70_001)
        #expect(try await registry.workers() == [lease.record])
        let found = try await etcd.control("get", "--prefix", "--keys-only", "\(prefix)/workers/")
        #expect(found.split(separator: "\n") == ["\(prefix)/workers/70000"])
    }

    @Test("a holder whose record was made unreadable gets an error and writes nothing")
    func aHolderWhoseRecordWasMadeUnreadableIsToldSoAndWritesNothing() async throws {
        let etcd = try sharedEtcd()
        let prefix = freshPrefix()
        let registry = try await etcd.registry(prefix)
        let lease = try await registry.acquire(0..<1)
        try await etcd.control("put", "\(prefix)/workers/00000", "garbage")
        let error = await frondError {
            try await registry.extend(lease, to: 2_000_000, nowMilliseconds: 1_001_000)
        }
        #expect(error?.code == .storeCorrupt)
        let found = try await etcd.control("get", "--print-value-only", "\(prefix)/workers/00000")
        #expect(found == "garbage\n")
    }

    @Test("a record that was removed is not put back") func aRecordThatWasRemovedIsNotPutBack() async throws {
        let etcd = try sharedEtcd()
        let prefix = freshPrefix()
        let registry = try await etcd.registry(prefix)
        let lease = try await registry.acquire(0..<1)
        try await etcd.control("del", "\(prefix)/workers/00000")
        let error = await frondError {
            try await registry.extend(lease, to: 2_000_000, nowMilliseconds: 1_001_000)
        }
        #expect(error?.code == .registryLost)
        #expect(try await registry.workers() == [])
    }

    @Test("an origin that is garbage is refused") func anOriginThatIsGarbageIsRefused() async throws {
        let etcd = try sharedEtcd()
        let prefix = freshPrefix()
        let registry = try await etcd.registry(prefix)
        let lease = try await registry.acquire(0..<1)
        try await etcd.control("put", "\(prefix)/origin", "garbage")
        for error in [
            await frondError { try await registry.acquire(0..<2) },
            await frondError {
                try await registry.extend(lease, to: 2_000_000, nowMilliseconds: 1_001_000)
            },
            await frondError { try await registry.initialise(floorMilliseconds: 5) },
        ] {
            #expect(error?.code == .storeCorrupt)
            #expect(error?.message.contains("key '\(prefix)/origin' of etcd://") == true)
        }
    }

    @Test("a change is not made where the registry was wiped, or begun again, after it was looked at")
    func wipedInBetween() async throws {
        let etcd = try sharedEtcd()
        for restores in [false, true] {
            let prefix = freshPrefix()
            let registry = try await etcd.registry(prefix)
            let keys = EtcdKeys(prefix: prefix)
            let client = try EtcdClient(try etcd.configuration(prefix), logger: nil, time: SystemTimeSource())
            let request = Etcdserverpb_TxnRequest.reading([keys.origin, keys.worker(0)])
            let found = try await client.read(request).responses.map { $0.responseRange.kvs.first }
            let values = zip([keys.origin, keys.worker(0)], found).map { EtcdValue(key: $0, pair: $1) }
            try await etcd.control("del", "--prefix", "\(prefix)/")
            if restores { _ = try await registry.initialise(floorMilliseconds: nil) }
            let write = Etcdserverpb_TxnRequest.putting(Self.text, keys.worker(0), ifUnchanged: values)
            #expect(try await !client.write(write, "the test").succeeded)
            #expect(try await registry.workers() == [])
        }
    }

    @Test("a change is made where both revision and content of a key are what was read, and only there")
    func comparesRevisionAndContent() async throws {
        let etcd = try sharedEtcd()
        let prefix = freshPrefix()
        _ = try await etcd.registry(prefix)
        let keys = EtcdKeys(prefix: prefix)
        let client = try EtcdClient(try etcd.configuration(prefix), logger: nil, time: SystemTimeSource())
        let pair = try #require(try await client.read(.reading([keys.origin])).responses[0].responseRange.kvs.first)
        let found = EtcdValue(key: keys.origin, pair: pair)
        // As it would be in an etcd that was restored from a copy, where revisions are given out again.
        var otherContent = found
        otherContent.value = Data("other".utf8)
        var otherRevision = found
        otherRevision.modRevision += 1
        let nothing = EtcdValue(key: keys.origin, pair: nil)
        for wrong in [otherContent, otherRevision, nothing] {
            let write = Etcdserverpb_TxnRequest.putting(Self.text, keys.worker(0), ifUnchanged: [wrong])
            #expect(try await !client.write(write, "the test").succeeded)
        }
        let write = Etcdserverpb_TxnRequest.putting(Self.text, keys.worker(0), ifUnchanged: [found])
        #expect(try await client.write(write, "the test").succeeded)
    }

    @Test("a holder about to take a worker ID while the registry begins again reads it again")
    func whoWasAboutToTakeAWorkerIDAsTheRegistryBeganAgainLooksAgain() async throws {
        let etcd = try sharedEtcd()
        let prefix = freshPrefix()
        let registry = try await etcd.registry(prefix)
        let lease = try await registry.acquire(0..<1)
        _ = try await registry.initialise(floorMilliseconds: 9_000_000)
        let late = try WorkerRecord.unused(1).acquiring(
            by: WorkerHolder(host: "b", processID: 1, startedAtMilliseconds: 0), nowMilliseconds: 1_000_000,
            length: .seconds(3))
        #expect(try await !registry.store.replace(nil, with: late))
        // Who holds one already goes on.
        let longer = try await registry.extend(lease, to: 1_009_000, nowMilliseconds: 1_001_000)
        #expect(longer.horizonMilliseconds == 1_009_000)
        try await registry.release(longer, at: 1_005_000, nowMilliseconds: 1_005_000)
    }

    @Test("a closed store refuses") func aClosedStoreRefuses() async throws {
        let registry = try await sharedEtcd().registry(freshPrefix())
        let lease = try await registry.acquire(0..<1)
        await registry.store.close()
        let error = await frondError {
            try await registry.extend(lease, to: 2_000_000, nowMilliseconds: 1_001_000)
        }
        #expect(error?.code == .registryUnavailable)
        #expect(error?.message.contains("is closed") == true)
    }
}
