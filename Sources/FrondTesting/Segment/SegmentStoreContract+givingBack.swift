import Frond

extension SegmentStoreContract {
    /// A tag with a step of 100, and a segment of it of which 1 to 30 are used.
    private func partlyUsed(_ store: any SegmentStore) async throws -> (Tag, Segment) {
        let tag = try makeTag()
        _ = try await store.create(tag, TagSettings(step: 100))
        var tail = try await store.reserve(tag, atLeast: nil, after: nil)
        tail.first = 31
        return (tag, tail)
    }

    private func expectRefusal(_ tail: Segment, of tag: Tag, _ store: any SegmentStore) async throws {
        let before = try await store.tag(tag)
        try expectEqual(try await store.giveBack(tail, of: tag), false, "giving \(tail) back")
        try expectEqual(try await store.tag(tag), before, "the record after a refusal")
    }

    func takesAnUnusedTailBack(_ store: any SegmentStore) async throws {
        let (tag, tail) = try await partlyUsed(store)
        try expectEqual(try await store.giveBack(tail, of: tag), true, "giving the unused tail back")
        let record = try await store.tag(tag)
        try expectEqual(record?.maxID, 31, "max_id after the tail was given back")
        try expect(record?.version != tail.version, "giving back leaves the version as it was")
        let next = try await store.reserve(tag, atLeast: nil, after: nil)
        try expectEqual(next.first..<next.end, 31..<131, "the segment after the tail was given back")
    }

    func takesATailBackOnce(_ store: any SegmentStore) async throws {
        let (tag, tail) = try await partlyUsed(store)
        _ = try await store.giveBack(tail, of: tag)
        try await expectRefusal(tail, of: tag, store)
        // Another takes the same numbers: the old tail looks right again but for its version.
        _ = try await store.change(tag, TagChange(step: 70))
        let next = try await store.reserve(tag, atLeast: nil, after: nil)
        try expectEqual(next.end, tail.end, "the end of the segment of another")
        try await expectRefusal(tail, of: tag, store)
    }

    func refusesATailAfterAnotherReservation(_ store: any SegmentStore) async throws {
        let (tag, tail) = try await partlyUsed(store)
        _ = try await store.reserve(tag, atLeast: nil, after: nil)
        try await expectRefusal(tail, of: tag, store)
    }

    func refusesATailOfAnotherVersion(_ store: any SegmentStore) async throws {
        var (tag, tail) = try await partlyUsed(store)
        tail.version += 1
        try await expectRefusal(tail, of: tag, store)
        tail.version -= 2
        try await expectRefusal(tail, of: tag, store)
    }

    func refusesATailOfAnotherEnd(_ store: any SegmentStore) async throws {
        var (tag, tail) = try await partlyUsed(store)
        tail.end += 1
        try await expectRefusal(tail, of: tag, store)
        tail.end -= 2
        try await expectRefusal(tail, of: tag, store)
        tail.end += 1
        tail.first = tail.end
        try await expectRefusal(tail, of: tag, store)
    }

    func refusesATailFromBelowItsReservation(_ store: any SegmentStore) async throws {
        let tag = try makeTag()
        _ = try await store.create(tag, TagSettings(step: 100))
        _ = try await store.reserve(tag, atLeast: nil, after: nil)
        // By another caller, which knows nothing of the first.
        var tail = try await store.reserve(tag, atLeast: nil, after: nil)
        for first in [100, 1, 0] as [Int64] {
            tail.first = first
            try await expectRefusal(tail, of: tag, store)
        }
        tail.first = 101
        try expectEqual(try await store.giveBack(tail, of: tag), true, "giving a whole segment back")
    }

    func takesTwoReservationsOfOneCallerBack(_ store: any SegmentStore) async throws {
        let tag = try makeTag()
        _ = try await store.create(tag, TagSettings(step: 100))
        var reserved: [Segment] = []
        for _ in 0..<3 {
            let floor = reserved.last.map { SegmentPosition(cycle: $0.cycle, next: $0.end) }
            reserved.append(try await store.reserve(tag, atLeast: nil, after: floor))
        }
        // Each has its own secret: that of the last alone gives nothing of the one before back.
        var last = reserved[2]
        last.first = 131
        try await expectRefusal(last, of: tag, store)
        var tail = reserved[1].joined(with: reserved[2])
        tail.first = 100
        try await expectRefusal(tail, of: tag, store)
        tail.first = 131
        try expectEqual(try await store.giveBack(tail, of: tag), true, "giving back the tail of two segments")
        try expectEqual(try await store.tag(tag)?.maxID, 131, "max_id after the tail of two segments was given back")
        try await expectRefusal(reserved[0], of: tag, store)
    }

    func refusesATailAfterAChange(_ store: any SegmentStore) async throws {
        let (tag, tail) = try await partlyUsed(store)
        _ = try await store.change(tag, TagChange(maxID: 200))
        try await expectRefusal(tail, of: tag, store)
    }

    func refusesATailOfAnUnknownTag(_ store: any SegmentStore) async throws {
        let (_, tail) = try await partlyUsed(store)
        let unknown = try makeTag("unknown")
        try expectEqual(try await store.giveBack(tail, of: unknown), false, "giving back to an unknown tag")
    }

    /// A caller that knows all that lists show, but not the secret, gives nothing back that another issues from.
    func refusesATailWithoutItsSecret(_ store: any SegmentStore) async throws {
        var (tag, tail) = try await partlyUsed(store)
        let secret = tail.secret
        tail.secret = nil
        try await expectRefusal(tail, of: tag, store)
        tail.secret = ReservationSecret(high: 0, low: 0)
        try await expectRefusal(tail, of: tag, store)
        tail.secret = .random()
        try await expectRefusal(tail, of: tag, store)
        // Nor one who continues the reservation of another, as its list shows it.
        let record = try await store.tag(tag)
        try expectEqual(record?.maxID, tail.end, "max_id after one reservation")
        let floor = SegmentPosition(cycle: 0, next: tail.end)
        var own = try await store.reserve(tag, atLeast: nil, after: floor)
        try expect(own.secret != nil && own.secret != secret, "two reservations have secrets of their own")
        own.first = 31
        try await expectRefusal(own, of: tag, store)
    }
}
