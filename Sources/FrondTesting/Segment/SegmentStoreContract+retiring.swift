import Frond

extension SegmentStoreContract {
    func reservesNothingOfARetiredTag(_ open: @escaping Open) async throws {
        let stores = [try await open(), try await open()]
        let tag = try makeTag()
        let created = try await stores[0].create(tag, TagSettings(step: 10))
        let tail = try await stores[1].reserve(tag, atLeast: nil, after: nil)
        try await expectError(.conflict, "retiring by an earlier version") { () throws(FrondError) in
            _ = try await stores[0].change(tag, .retirement(ifVersion: created.settings.version &+ 1))
        }
        let retired = try await stores[0].change(tag, .retirement(ifVersion: created.settings.version))
        try expect(retired.options.isRetired, "the record does not say that the tag is retired")
        try expectEqual(retired.maxID, 11, "max_id after the tag was retired")
        for store in stores {
            try await expectError(.tagRetired, "reserving of a retired tag") { () throws(FrondError) in
                _ = try await store.reserve(tag, atLeast: nil, after: nil)
            }
            try await expectError(.tagRetired, "reserving many of a retired tag") { () throws(FrondError) in
                _ = try await store.reserve(tag, atLeast: SegmentDemand(needed: 100), after: tail.finish)
            }
            try await expectError(.tagRetired, "changing a retired tag") { () throws(FrondError) in
                _ = try await store.change(tag, TagChange(step: 20))
            }
            try await expectError(.tagExists, "creating a tag of the same name") { () throws(FrondError) in
                _ = try await store.create(tag, TagSettings())
            }
        }
        // The numbers in hand are lost, and not given out to others.
        try expect(try await stores[1].giveBack(tail, of: tag) == false, "a tail came back to a retired tag")
        try expectEqual(try await stores[1].tag(tag), retired, "the record after refusals")
        try expectEqual(try await stores[1].tags().map(\.options.isRetired), [true], "the list of tags")
        let again = try await stores[1].change(tag, .retirement())
        try expect(again.options.isRetired && again.maxID == 11, "retiring a tag twice changes it")
    }

    func goesOnWhereARetiredTagIsBroughtBack(_ store: any SegmentStore) async throws {
        let tag = try makeTag()
        let options = TagOptions(generators: [.segment, .uuid])
        _ = try await store.create(tag, TagSettings(step: 10, options: options))
        let before = try await store.reserve(tag, atLeast: nil, after: nil)
        let retired = try await store.change(tag, .retirement())
        // A caller that knows nothing of it does not bring the tag back by the way.
        var all = TagChange()
        all.replaceOptions(by: options)
        try await expectError(.tagRetired, "replacing the options of a retired tag") { () throws(FrondError) in
            _ = try await store.change(tag, all)
        }
        let returned = try await store.change(tag, .returning(ifVersion: retired.settings.version))
        try expectEqual(returned.options, options, "the options of a tag that was brought back")
        let after = try await store.reserve(tag, atLeast: nil, after: before.finish)
        try expectEqual(after.first, before.end, "the first number of a tag that was brought back")
    }
}
