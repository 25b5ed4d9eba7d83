import Frond

extension SegmentStoreContract {
    func reservesFromTheStartWithoutGaps(_ store: any SegmentStore) async throws {
        let tag = try makeTag()
        _ = try await store.create(tag, TagSettings(step: 10, startID: 7))
        var segments: [Segment] = []
        for _ in 0..<5 { segments.append(try await store.reserve(tag, atLeast: nil, after: nil)) }
        try expectEqual(segments.map(\.first), [7, 17, 27, 37, 47], "where the segments begin")
        try expect(segments.allSatisfy { $0.step == 10 && $0.cycle == 0 }, "a segment carries the step and the cycle")
        try expectEqual(Set(segments.map(\.version)).count, 5, "different versions of five reservations")
        let record = try await store.tag(tag)
        try expectEqual(record?.maxID, 57, "max_id after five reservations")
        try expectEqual(record?.version, segments.last?.version, "the version of the record and of the last segment")
    }

    func reservesTheStepWhereFewerAreWanted(_ store: any SegmentStore) async throws {
        let tag = try makeTag()
        _ = try await store.create(tag, TagSettings(step: 100))
        for count: Int64 in [1, 99, 100, 0, -5, .min] {
            let segment = try await store.reserve(tag, atLeast: SegmentDemand(needed: count), after: nil)
            try expectEqual(segment.count, 100, "the size of a segment where \(count) are wanted and the step is 100")
        }
    }

    func reservesMoreThanTheStepWhereMoreAreWanted(_ store: any SegmentStore) async throws {
        let tag = try makeTag()
        _ = try await store.create(tag, TagSettings(step: 10))
        let large = try await store.reserve(tag, atLeast: 1_000_000, after: nil)
        try expectEqual(large.first..<large.end, 1..<1_000_001, "the segment where a million are wanted")
        let next = try await store.reserve(tag, atLeast: nil, after: nil)
        try expectEqual(next.first..<next.end, 1_000_001..<1_000_011, "the segment after the large one")
    }

    func refusesUnknownTags(_ store: any SegmentStore) async throws {
        let tag = try makeTag("unknown")
        try await expectError(.unknownTag, "reserving of an unknown tag") { () throws(FrondError) in
            _ = try await store.reserve(tag, atLeast: nil, after: nil)
        }
        try expectEqual(try await store.tag(tag), nil, "an unknown tag")
        try expectEqual(try await store.tags(), [], "the tags of fresh data")
    }

    func reservesExactlyToTheMaximum(_ store: any SegmentStore) async throws {
        let tag = try makeTag()
        _ = try await store.create(tag, TagSettings(step: 10, maxValue: 25))
        var segments: [Segment] = []
        for needed in [10, 10, 5] as [Int64] {
            segments.append(try await store.reserve(tag, atLeast: SegmentDemand(needed: needed), after: nil))
        }
        try expectEqual(segments.map(\.count), [10, 10, 5], "the sizes of the segments up to 25")
        let used = try await store.tag(tag)
        for _ in 0..<2 {
            try await expectError(.exhausted, "reserving past the maximum") { () throws(FrondError) in
                _ = try await store.reserve(tag, atLeast: nil, after: nil)
            }
        }
        try expectEqual(try await store.tag(tag), used, "the record after a refusal")
        _ = try await store.change(tag, TagChange(maxValue: 30))
        let further = try await store.reserve(tag, atLeast: nil, after: nil)
        try expectEqual(further.first, 26, "the first number once the maximum is raised")
    }

    func beginsAgainWhereTheTagCycles(_ store: any SegmentStore) async throws {
        let tag = try makeTag()
        _ = try await store.create(tag, TagSettings(step: 10, startID: 5, maxValue: 16, cycles: true))
        var positions: [[Int64]] = []
        var floor: SegmentPosition?
        for _ in 0..<4 {
            // As many as there are in the cycle, and no error for those that are in the next.
            let segment = try await store.reserve(tag, atLeast: 10, after: floor)
            floor = SegmentPosition(cycle: segment.cycle, next: segment.end)
            positions.append([segment.cycle, segment.first, segment.end])
        }
        try expectEqual(positions, [[0, 5, 15], [0, 15, 17], [1, 5, 15], [1, 15, 17]], "cycle, first and end")
    }

    func reservesUpToTheLargestNumber(_ store: any SegmentStore) async throws {
        let tag = try makeTag()
        let start = TagRecord.largestValue - 14
        _ = try await store.create(tag, TagSettings(step: 10, startID: start))
        let first = try await store.reserve(tag, atLeast: 10, after: nil)
        try expectEqual(first.first..<first.end, start..<(start + 10), "the segment below the largest number")
        try await expectError(.exhausted, "reserving more than is left") { () throws(FrondError) in
            _ = try await store.reserve(tag, atLeast: SegmentDemand(needed: .max), after: nil)
        }
        let last = try await store.reserve(tag, atLeast: SegmentDemand(needed: 5, wanted: .max), after: nil)
        try expectEqual(last.first..<last.end, (start + 10)..<Int64.max, "the segment up to the largest number")
        try await expectError(.exhausted, "reserving past the largest number") { () throws(FrondError) in
            _ = try await store.reserve(tag, atLeast: nil, after: nil)
        }
    }

    func refusesToReserveBelowTheFloor(_ store: any SegmentStore) async throws {
        let tag = try makeTag()
        _ = try await store.create(tag, TagSettings(step: 10, maxValue: 1000, cycles: true))
        _ = try await store.reserve(tag, atLeast: nil, after: nil)
        let before = try await store.tag(tag)
        for floor in [SegmentPosition(cycle: 0, next: 12), SegmentPosition(cycle: 1, next: 1)] {
            try await expectError(.storeWentBack, "reserving below the floor \(floor)") { () throws(FrondError) in
                _ = try await store.reserve(tag, atLeast: nil, after: floor)
            }
        }
        try expectEqual(try await store.tag(tag), before, "the record after a refusal")
    }

    func reservesAtTheFloor(_ store: any SegmentStore) async throws {
        let tag = try makeTag()
        _ = try await store.create(tag, TagSettings(step: 10))
        let first = try await store.reserve(tag, atLeast: nil, after: SegmentPosition(cycle: 0, next: 1))
        let next = try await store.reserve(tag, atLeast: nil, after: SegmentPosition(cycle: 0, next: first.end))
        try expectCover([first, next], from: 1)
    }

    func takesNothingWhereTooFewAreLeft(_ store: any SegmentStore) async throws {
        let tag = try makeTag()
        _ = try await store.create(tag, TagSettings(step: 10, maxValue: 9999))
        let before = try await store.tag(tag)
        for demand in [
            SegmentDemand(needed: 10_000), SegmentDemand(needed: .max, wanted: 1), 9_223_372_036_854_775_807,
        ] {
            try await expectError(.exhausted, "reserving \(demand.needed) of 9999") { () throws(FrondError) in
                _ = try await store.reserve(tag, atLeast: demand, after: nil)
            }
        }
        try expectEqual(try await store.tag(tag), before, "the record after refusals")
        let most = try await store.reserve(tag, atLeast: 9990, after: nil)
        try expectEqual(most.count, 9990, "the size of the segment where 9990 of 9999 are needed")
        let full = try await store.tag(tag)
        try await expectError(.exhausted, "reserving 10 of 9") { () throws(FrondError) in
            _ = try await store.reserve(tag, atLeast: 10, after: SegmentPosition(cycle: 0, next: most.end))
        }
        try expectEqual(try await store.tag(tag), full, "the record after a refusal")
        let rest = try await store.reserve(tag, atLeast: 9, after: nil)
        try expectEqual(rest.first..<rest.end, 9991..<10_000, "the last segment")
    }

    /// Two servers with a step larger than the range: both get numbers, and each reservation is a small part.
    func sharesWhatIsLeft(_ open: @escaping Open) async throws {
        let stores = [try await open(), try await open()]
        let tag = try makeTag()
        _ = try await stores[0].create(tag, TagSettings(step: 1000, maxValue: 999))
        var segments: [Segment] = []
        var next: Int64 = 1
        while next <= 999 {
            try expect(segments.count < 999, "a tag of 999 numbers gave more than 999 segments")
            let segment = try await stores[segments.count % 2].reserve(tag, atLeast: nil, after: nil)
            try expect(segment.count * 16 <= max(16, 1000 - next), "\(segment) is a large part of what is left")
            segments.append(segment)
            next = segment.end
        }
        try expectCover(segments, from: 1)
        try await expectError(.exhausted, "reserving past the maximum") { () throws(FrondError) in
            _ = try await stores[0].reserve(tag, atLeast: nil, after: nil)
        }
    }
}
