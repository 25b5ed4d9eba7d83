import Frond
import FrondTesting
import Testing

@Suite("Layouts that share a registry", .timeLimit(.minutes(5)))
struct LayoutHistoryTests {
    /// 2026-11-23T00:00:00Z.
    private let now: Int64 = 1_795_392_000_000
    private let store = InMemoryWorkerStore()
    private let leaf = SnowflakeLayout.leaf
    private let twitter = SnowflakeLayout.twitter

    /// Leaf's layout with another epoch: so many milliseconds later.
    private func moved(by milliseconds: Int64) -> SnowflakeLayout {
        SnowflakeLayout(
            unchecked: leaf.tickMilliseconds, epochMilliseconds: leaf.epochMilliseconds + milliseconds,
            tickBits: leaf.tickBits, datacenterBits: leaf.datacenterBits, workerBits: leaf.workerBits,
            sequenceBits: leaf.sequenceBits)
    }

    private func request(
        _ layout: SnowflakeLayout?, at time: Int64, host: String = "a", workerIDs: Range<Int64> = 0..<32
    ) -> WorkerRequest {
        WorkerRequest(
            holder: WorkerHolder(host: host, processID: 1, startedAtMilliseconds: 1), workerIDs: workerIDs,
            nowMilliseconds: time, length: .seconds(10), layout: layout)
    }

    private func acquire(
        _ layout: SnowflakeLayout, at time: Int64, workerIDs: Range<Int64> = 0..<32
    ) async throws(FrondError) -> WorkerLease {
        try await StoredWorkerRegistry(store).acquire(request(layout, at: time, workerIDs: workerIDs))
    }

    @Test("while one layout is in use another gets no worker ID; after its last horizon it does")
    func heldByAnother() async throws {
        let lease = try await acquire(twitter, at: now)
        let error = await #expect(throws: FrondError.self) { try await acquire(leaf, at: now + 1) }
        #expect(error?.code == .workerIDsExhausted)
        #expect(error?.message.contains("\(twitter)") == true, "\(String(describing: error))")
        let end = lease.horizonMilliseconds
        let next = try await acquire(leaf, at: end + 1)
        #expect(next.record.layout == WorkerLayout(leaf, floorMilliseconds: end))
        #expect(next.floorMilliseconds >= end)
        // Whoever held one under the layout before may not go on with it.
        await #expect(throws: FrondError.self) {
            try await StoredWorkerRegistry(store).extend(lease, to: end + 60_000, nowMilliseconds: end + 2)
        }
    }

    @Test("a later epoch begins above the IDs of the earlier one, also for those that never met them")
    func laterEpoch() async throws {
        let end = try await acquire(leaf, at: now, workerIDs: 0..<1).horizonMilliseconds
        let later = moved(by: 5000)
        await #expect(throws: FrondError.self) { try await acquire(later, at: end + 4999) }
        let next = try await acquire(later, at: end + 5000, workerIDs: 0..<1)
        #expect(
            later.leastID(ofTickContainingMilliseconds: next.floorMilliseconds)
                >= leaf.leastID(ofTickContainingMilliseconds: end))
        // The record of the first layout is overwritten now: the floor is known none the less.
        let slow = await #expect(throws: FrondError.self) { try await acquire(later, at: end + 4000) }
        #expect(slow?.code == .workerIDsExhausted)
        let third = try await acquire(later, at: end + 6000)
        #expect(third.record.layout == next.record.layout)
    }

    @Test("a layout whose IDs would be below those given out for more than a minute is refused")
    func below() async throws {
        let lease = try await acquire(leaf, at: now)
        let error = await #expect(throws: FrondError.self) {
            try await acquire(moved(by: 24 * 3600 * 1000), at: lease.horizonMilliseconds + 1)
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("2026-11-24") == true, "\(String(describing: error))")
        let shorter = await #expect(throws: FrondError.self) {
            try await acquire(.js53, at: lease.horizonMilliseconds + 1)
        }
        #expect(shorter?.code == .invalidArgument)
    }

    @Test("of two layouts that come at the same time at most one gets a worker ID, in whatever order they are answered")
    func race() async throws {
        var random = SplitMix64(seed: 1)
        for seed in UInt64(0)..<500 {
            let store = InMemoryWorkerStore()
            var transactions = [
                WorkerAcquisition(request(leaf, at: now), secret: .random(), seed: seed),
                WorkerAcquisition(request(twitter, at: now, host: "b"), secret: .random(), seed: seed &+ 1),
            ]
            var steps = transactions.indices.map { transactions[$0].begin() }
            var given = 0
            while true {
                let open = steps.indices.filter { if case .call = steps[$0] { true } else { false } }
                guard let index = open.randomElement(using: &random), case .call(let call) = steps[index] else { break }
                steps[index] = transactions[index].received(try await store.answer(call))
            }
            for step in steps {
                if case .finished(.success) = step { given += 1 }
            }
            #expect(given <= 1, "seed \(seed)")
        }
    }

    @Test("a record says its layout, and one that cannot be read is an error")
    func texts() throws {
        for layout in [leaf, twitter, .js53, moved(by: 5)] {
            let known = WorkerLayout(layout, floorMilliseconds: 7)
            #expect(WorkerLayout(text: known.text) == known)
            var record = WorkerRecord.unused(3)
            record.layout = known
            #expect(try WorkerRecord(text: record.text, at: "here") == record)
        }
        for text in ["x", "41/0+10/12 1 0 worker-sequence", "64/0+0/0 1 0 worker-sequence 0", "41/0+10/12 0 0 x 0"] {
            #expect(WorkerLayout(text: text) == nil, "\(text)")
            #expect(throws: FrondError.self) { try WorkerLayout.stored(text, of: "a record") }
        }
    }
}

extension InMemoryWorkerStore {
    fileprivate func answer(_ call: WorkerStoreCall) async throws -> WorkerStoreReply {
        switch call {
        case .list: .records(try await records(), try await origin())
        case .read(let workerID): .record(try await record(workerID), try await origin())
        case .replace(let expected, let successor): .replaced(try await replace(expected, with: successor))
        case .raiseFloor(let floor): try await raised(to: floor)
        }
    }

    private func raised(to floor: Int64) async throws -> WorkerStoreReply {
        try await raiseFloor(to: floor)
        return .floorRaised
    }
}
