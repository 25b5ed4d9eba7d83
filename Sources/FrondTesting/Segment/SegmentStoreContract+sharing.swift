import Frond

extension SegmentStoreContract {
    func concurrentReservationsAreDisjoint(_ open: @escaping Open) async throws {
        let store = try await open()
        let tag = try makeTag()
        _ = try await store.create(tag, TagSettings(step: 3))
        let segments = try await reserveConcurrently(tag, from: Array(repeating: store, count: 16), times: 50)
        try expectEqual(segments.count, 800, "the number of segments")
        try expectCover(segments, from: 1)
    }

    func storesOnTheSameDataAreDisjoint(_ open: @escaping Open) async throws {
        let stores = [try await open(), try await open()]
        let tag = try makeTag()
        _ = try await stores[0].create(tag, TagSettings(step: 7))
        let segments = try await reserveConcurrently(tag, from: stores + stores, times: 50)
        try expectEqual(segments.count, 200, "the number of segments")
        try expectCover(segments, from: 1)
        let records = [try await stores[0].tag(tag), try await stores[1].tag(tag)]
        try expectEqual(records[0], records[1], "the record as two stores see it")
    }

    /// Every task uses a part of each segment and gives the rest back: no number may be used twice.
    func concurrentTailsAndReservationsAreDisjoint(_ open: @escaping Open) async throws {
        let stores = [try await open(), try await open()]
        let tag = try makeTag()
        _ = try await stores[0].create(tag, TagSettings(step: 10))
        let used = try await withThrowingTaskGroup(of: [Segment].self) { group in
            for task in 0..<8 {
                let store = stores[task % 2]
                group.addTask {
                    var used: [Segment] = []
                    for _ in 0..<25 {
                        var part = try await store.reserve(tag, atLeast: nil, after: nil)
                        var tail = part
                        tail.first += 4
                        if try await store.giveBack(tail, of: tag) { part.end = tail.first }
                        used.append(part)
                    }
                    return used
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        try expectCover(used, from: 1)
    }

    func concurrentCreationMakesOneTag(_ open: @escaping Open) async throws {
        let stores = [try await open(), try await open()]
        let tag = try makeTag()
        let created = try await withThrowingTaskGroup(of: Bool.self) { group in
            for task in 0..<16 {
                let store = stores[task % 2]
                group.addTask {
                    do {
                        _ = try await store.create(tag, TagSettings(step: Int64(task + 1)))
                        return true
                    } catch let error as FrondError where error.code == .tagExists {
                        return false
                    }
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        try expectEqual(created, 1, "how many of 16 created the tag")
    }

    func reservationsOfManyTagsKeepApart(_ open: @escaping Open) async throws {
        let store = try await open()
        let tags = try (0..<200).map { try makeTag("tag-\($0)") }
        let firsts = try await withThrowingTaskGroup(of: (Int, Int64).self) { group in
            for (index, tag) in tags.enumerated() {
                group.addTask {
                    _ = try await store.create(tag, TagSettings(startID: Int64(index) * 1000))
                    return (index, try await store.reserve(tag, atLeast: nil, after: nil).first)
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        for index in tags.indices {
            try expectEqual(firsts[index], Int64(index) * 1000, "the first number of tag \(index)")
        }
        try expectEqual(try await store.tags().count, 200, "the number of tags")
    }

    /// Reservations that succeed and some that cannot, all at once.
    func oneTagsErrorIsNotAnothers(_ open: @escaping Open) async throws {
        let store = try await open()
        let (good, full, unknown) = (try makeTag("good"), try makeTag("full"), try makeTag("unknown"))
        _ = try await store.create(good, TagSettings(step: 5))
        _ = try await store.create(full, TagSettings(step: 5, maxValue: 1))
        _ = try await store.reserve(full, atLeast: nil, after: nil)
        let segments = try await withThrowingTaskGroup(of: Segment?.self) { group in
            for index in 0..<150 {
                group.addTask {
                    switch index % 3 {
                    case 0: return try await store.reserve(good, atLeast: nil, after: nil)
                    case 1:
                        try await expectError(.exhausted, "reserving of a full tag") { () throws(FrondError) in
                            _ = try await store.reserve(full, atLeast: nil, after: nil)
                        }
                    default:
                        try await expectError(.unknownTag, "reserving of an unknown tag") { () throws(FrondError) in
                            _ = try await store.reserve(unknown, atLeast: nil, after: nil)
                        }
                    }
                    return nil
                }
            }
            return try await group.compactMap { $0 }.reduce(into: [Segment]()) { $0.append($1) }
        }
        try expectEqual(segments.count, 50, "the reservations that succeed")
        try expectCover(segments, from: 1)
    }

    func goesOnWhereItWasAfterReopening(_ open: @escaping Open) async throws {
        let tag = try makeTag()
        var segments: [Segment] = []
        for round in 0..<3 {
            let store = try await open()
            if round == 0 { _ = try await store.create(tag, TagSettings(step: 10, description: "kept")) }
            for _ in 0..<3 { segments.append(try await store.reserve(tag, atLeast: nil, after: nil)) }
        }
        try expectCover(segments, from: 1)
        let record = try await open().tag(tag)
        try expectEqual(record?.description, "kept", "the description after reopening")
        try expectEqual(record?.maxID, 91, "max_id after reopening")
    }

    private func reserveConcurrently(
        _ tag: Tag, from stores: [any SegmentStore], times: Int
    ) async throws -> [Segment] {
        try await withThrowingTaskGroup(of: [Segment].self) { group in
            for store in stores {
                group.addTask {
                    var segments: [Segment] = []
                    for _ in 0..<times { segments.append(try await store.reserve(tag, atLeast: nil, after: nil)) }
                    return segments
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }
}
