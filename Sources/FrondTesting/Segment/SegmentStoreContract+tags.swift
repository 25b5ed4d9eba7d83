import Frond

extension SegmentStoreContract {
    func createsATagOnce(_ store: any SegmentStore) async throws {
        let tag = try makeTag()
        _ = try await store.create(tag, TagSettings(step: 10))
        _ = try await store.reserve(tag, atLeast: nil, after: nil)
        let before = try await store.tag(tag)
        try await expectError(.tagExists, "creating a tag again") { () throws(FrondError) in
            _ = try await store.create(tag, TagSettings(step: 20))
        }
        try expectEqual(try await store.tag(tag), before, "the record after a refusal")
    }

    func keepsTheSettings(_ store: any SegmentStore) async throws {
        let tag = try makeTag()
        let options = TagOptions(
            generators: [.segment, .snowflake, .uuid], format: try TextFormat("{{N}}={number:base62:3} {date}"),
            snowflakeFloor: 501)
        let settings = TagSettings(
            step: 3, startID: 0, maxValue: 500, cycles: true, description: "orders", options: options)
        let created = try await store.create(tag, settings)
        let expected = TagRecord(
            tag: tag, settings: settings, maxID: 0, version: created.version,
            updatedAtMilliseconds: created.updatedAtMilliseconds)
        try expectEqual(created, expected, "the record as created")
        try expectEqual(try await store.tag(tag), created, "the record as read")
        try expectEqual(try await store.tags(), [created], "the list of tags")
    }

    func keepsTextAsItIs(_ store: any SegmentStore) async throws {
        let texts = [
            "", " ", "Bestellungen für 東京 🌿", "e\u{301}", "it's \"quoted\" \\ %s ? :tag -- ;", "two\nlines\tand a tab",
            String(repeating: "🌿", count: 256),
        ]
        for (index, text) in texts.enumerated() {
            let tag = try makeTag("text-\(index)")
            _ = try await store.create(tag, TagSettings(description: text))
            try await expectDescription(text, of: tag, store)
            _ = try await store.change(tag, TagChange(description: ""))
            _ = try await store.change(tag, TagChange(description: text))
            try await expectDescription(text, of: tag, store)
        }
    }

    private func expectDescription(_ text: String, of tag: Tag, _ store: any SegmentStore) async throws {
        let found = try await store.tag(tag)?.description ?? "no such tag"
        // Strings that look the same are equal; the bytes say whether it is the same text.
        try expectEqual(Array(found.utf8), Array(text.utf8), "the bytes of the description '\(text)'")
    }

    func tellsTagsOfAnyNameApart(_ store: any SegmentStore) async throws {
        let longest = String(repeating: "x", count: Tag.maximumLength)
        let names = ["order", "Order", "ORDER", "a.b", "a_b", "a-b", "a:b", "0", "00", "-", "null", "select", longest]
        for (index, name) in names.enumerated() {
            _ = try await store.create(try makeTag(name), TagSettings(startID: Int64(index)))
        }
        for (index, name) in names.enumerated() {
            let segment = try await store.reserve(try makeTag(name), atLeast: nil, after: nil)
            try expectEqual(segment.first, Int64(index), "the first number of tag '\(name)'")
        }
    }

    func refusesSettingsOutOfRange(_ store: any SegmentStore) async throws {
        let settings = [
            TagSettings(step: 0), TagSettings(step: -1), TagSettings(startID: -1),
            TagSettings(startID: 10, maxValue: 9), TagSettings(maxValue: .max),
            TagSettings(description: String(repeating: "x", count: 257)),
        ]
        let tag = try makeTag()
        for setting in settings {
            try await expectError(.invalidArgument, "creating a tag with \(setting)") { () throws(FrondError) in
                _ = try await store.create(tag, setting)
            }
        }
        try expectEqual(try await store.tags(), [], "the tags after refusals")
    }

    func changesSettings(_ store: any SegmentStore) async throws {
        let tag = try makeTag()
        let created = try await store.create(tag, TagSettings(step: 10, description: "before"))
        let changed = try await store.change(
            tag, TagChange(step: 20, maxValue: 900, cycles: true, description: "after"))
        try expect(changed.version != created.version, "a change leaves the version as it was")
        try expectEqual(try await store.tag(tag), changed, "the record as read")
        try expectEqual([changed.maxID, changed.step, changed.maxValue], [1, 20, 900], "max_id, step and max")
        try expect(changed.cycles && changed.description == "after", "cycles and description are not as changed")
        let segment = try await store.reserve(tag, atLeast: nil, after: nil)
        try expectEqual(segment.count, 20, "the size of a segment after the step was changed")
        let unchanged = try await store.change(tag, TagChange())
        try expectEqual(unchanged.maxID, 21, "max_id after a change of nothing")
        let options = TagOptions(generators: [.segment, .uuid])
        _ = try await store.change(tag, TagChange(options: options))
        _ = try await store.reserve(tag, atLeast: nil, after: nil)
        try expectEqual(try await store.tag(tag)?.options, options, "the options after they were changed")
    }

    func movesTheNextNumberForwardOnly(_ store: any SegmentStore) async throws {
        let tag = try makeTag()
        _ = try await store.create(tag, TagSettings(step: 10))
        _ = try await store.reserve(tag, atLeast: nil, after: nil)
        _ = try await store.change(tag, TagChange(maxID: 500))
        let segment = try await store.reserve(tag, atLeast: nil, after: nil)
        try expectEqual(segment.first, 500, "the first number after max_id was moved")
        let before = try await store.tag(tag)
        for next: Int64 in [509, 500, 1, 0, -1, .min] {
            try await expectError(.invalidArgument, "moving max_id back to \(next)") { () throws(FrondError) in
                _ = try await store.change(tag, TagChange(maxID: next))
            }
        }
        try expectEqual(try await store.tag(tag), before, "the record after refusals")
    }

    func refusesToChangeUnknownTags(_ store: any SegmentStore) async throws {
        let tag = try makeTag("unknown")
        try await expectError(.unknownTag, "changing an unknown tag") { () throws(FrondError) in
            _ = try await store.change(tag, TagChange(step: 5))
        }
        try expectEqual(try await store.tags(), [], "the tags after a refusal")
    }

    func refusesChangesOutOfRange(_ store: any SegmentStore) async throws {
        let tag = try makeTag()
        _ = try await store.create(tag, TagSettings(step: 10, maxValue: 1000))
        _ = try await store.reserve(tag, atLeast: nil, after: nil)
        let before = try await store.tag(tag)
        let changes = [
            TagChange(step: 0), TagChange(step: .min), TagChange(maxValue: 9), TagChange(maxValue: .max),
            TagChange(maxID: 1002), TagChange(description: String(repeating: "é", count: 257)),
        ]
        for change in changes {
            try await expectError(.invalidArgument, "the change \(change)") { () throws(FrondError) in
                _ = try await store.change(tag, change)
            }
        }
        try expectEqual(try await store.tag(tag), before, "the record after refusals")
    }

    func listsTagsByName(_ store: any SegmentStore) async throws {
        for name in ["b", "a", "C", "a.b", "10", "9"] {
            _ = try await store.create(try makeTag(name), TagSettings())
        }
        try expectEqual(
            try await store.tags().map(\.tag.name), ["10", "9", "C", "a", "a.b", "b"], "the tags in order of bytes")
    }

    func listsTagsThatChanged(_ store: any SegmentStore) async throws {
        for name in ["created", "changed", "reserved"] { _ = try await store.create(try makeTag(name), TagSettings()) }
        _ = try await store.change(try makeTag("changed"), TagChange(step: 77))
        _ = try await store.reserve(try makeTag("reserved"), atLeast: nil, after: nil)
        let listed = try await store.changedTags(within: .seconds(600))
        for name in ["created", "changed", "reserved"] {
            let tag = try makeTag(name)
            try expectEqual(
                listed.first { $0.tag == tag }, try await store.tag(tag),
                "the tag '\(name)' in the list of changed tags")
        }
    }

    func changesOneOptionOnly(_ store: any SegmentStore) async throws {
        let tag = try makeTag()
        let options = TagOptions(generators: [.segment, .uuid], format: try TextFormat("A{number}"))
        _ = try await store.create(tag, TagSettings(options: options))
        let generators = TagOptions(generators: [.segment])
        let changed = try await store.change(tag, TagChange(options: generators))
        try expectEqual(changed.options.generators, [.segment], "the generators after they were set")
        try expectEqual(changed.options.format, options.format, "the format after the generators were set")
        let cleared = try await store.change(tag, TagChange(clearedOptions: [.format]))
        try expectEqual(cleared.options, generators, "the options after the format was cleared")
        try expectEqual(try await store.tag(tag), cleared, "the record as read")
    }

    /// Two operators decide by what they read at the same time: one change is a conflict, and neither is lost.
    func refusesAChangeOfAnotherVersion(_ open: @escaping Open) async throws {
        let stores = [try await open(), try await open()]
        let tag = try makeTag()
        let created = try await stores[0].create(tag, TagSettings(step: 10))
        // Numbers that are reserved change no settings.
        _ = try await stores[1].reserve(tag, atLeast: nil, after: nil)
        let first = TagChange(description: "first", ifVersion: created.settings.version)
        _ = try await stores[0].change(tag, first)
        let before = try await stores[0].tag(tag)
        let second = TagChange(step: 20, description: "second", ifVersion: created.settings.version)
        try await expectError(.conflict, "a change decided by an earlier version") { () throws(FrondError) in
            _ = try await stores[1].change(tag, second)
        }
        try expectEqual(try await stores[1].tag(tag), before, "the record after a refusal")
        let again = TagChange(step: 20, ifVersion: before?.settings.version)
        let changed = try await stores[1].change(tag, again)
        try expect(changed.step == 20 && changed.description == "first", "the second change undid the first")
    }

    func wantsConsentToRepeatOrToEnd(_ store: any SegmentStore) async throws {
        let tag = try makeTag()
        _ = try await store.create(tag, TagSettings(step: 10, maxValue: 1600))
        _ = try await store.reserve(tag, atLeast: nil, after: nil)
        let before = try await store.tag(tag)
        let format = TagOptions(format: try TextFormat("A{number}"))
        let changes = [
            TagChange(cycles: true), TagChange(maxID: 1601), TagChange(maxID: 1502), TagChange(options: format),
            TagChange(maxID: 1601, cycles: true, allowCycle: true),
            TagChange(maxID: 1601, cycles: true, allowEnd: true),
        ]
        for change in changes {
            try await expectError(.invalidArgument, "the change \(change)") { () throws(FrondError) in
                _ = try await store.change(tag, change)
            }
        }
        try expectEqual(try await store.tag(tag), before, "the record after refusals")
        _ = try await store.change(tag, TagChange(maxID: 1501))
        _ = try await store.change(tag, TagChange(options: format, allowRepeats: true))
        _ = try await store.change(tag, TagChange(maxID: 1601, allowEnd: true))
        let changed = try await store.change(tag, TagChange(cycles: true, allowCycle: true))
        try expect(changed.cycles && changed.maxID == 1601, "consent was given in vain")
    }
}
