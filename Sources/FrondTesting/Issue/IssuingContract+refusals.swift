import Frond

extension IssuingContract {
    func countsOutOfRangeAreRefused(upTo maxCount: Int, _ ask: Ask) async throws {
        for count in [0, -1, maxCount + 1, Int(Int32.max)] {
            try await expectRefusal(.invalidArgument, naming: "\(count)", Request("plain", count: count), ask)
        }
        try await expectNext("1", of: "plain", ask)
    }

    func badNamesAreRefused(_ ask: Ask) async throws {
        for name in ["or der", "order@20261123", String(repeating: "a", count: 129), "ordér"] {
            try await expectRefusal(.invalidArgument, naming: "A-Z a-z 0-9", Request(name), ask)
        }
    }

    func unknownTagsAreRefused(_ ask: Ask) async throws {
        try await expectRefusal(.unknownTag, naming: "nothing", Request("nothing"), ask)
        try await expectRefusal(.unknownTag, naming: "nothing", Request("nothing", count: 3, by: .segment), ask)
    }

    /// By every generator, also those that need no record.
    func retiredTagsAreRefused(_ ask: Ask) async throws {
        try await expectRefusal(.tagRetired, naming: "retired", Request("retired"), ask)
        try await expectRefusal(.tagRetired, naming: "retired", Request("retired", count: 3, by: .segment), ask)
        try await expectRefusal(.tagRetired, naming: "retired", Request("retired", by: .uuid), ask)
        try await expectRefusal(.tagRetired, naming: "retired", Request("retired", format: "hex"), ask)
    }

    func generatorsNotOfTheTagAreRefused(_ ask: Ask) async throws {
        try await expectRefusal(.generatorNotOfTag, naming: "redis, segment", Request("chained", by: .uuid), ask)
        try await expectNext("1", of: "chained", ask)
    }

    func generatorsNotEnabledAreRefused(_ ask: Ask) async throws {
        try await expectRefusal(.generatorNotEnabled, naming: "ticket", Request("plain", by: .ticket), ask)
        try await expectRefusal(.generatorNotEnabled, naming: "redis", Request("chained", by: .redis), ask)
    }

    func badFormatsAreRefused(_ ask: Ask) async throws {
        try await expectRefusal(.invalidArgument, naming: "roman", Request("plain", format: "roman"), ask)
        try await expectRefusal(.invalidArgument, naming: "{number}", Request("plain", format: "{date}"), ask)
        try await expectRefusal(.invalidArgument, naming: "{seq}", Request("plain", format: "{seq}"), ask)
        try await expectNext("1", of: "plain", ask)
    }

    func formatsOfUUIDsAreRefused(_ ask: Ask) async throws {
        try await expectRefusal(
            .invalidArgument, naming: "UUIDs", Request("plain", count: 2, by: .uuid, format: "hex:8"), ask)
    }

    func formatsWithoutTheDateAreRefused(_ ask: Ask) async throws {
        try await expectRefusal(.invalidArgument, naming: "{date}", Request("periodic", format: "hex"), ask)
        let lines = try await ask(Request("periodic")).lines
        try expect(lines.allSatisfy { $0.hasSuffix("-001") }, "the refused request took no number: \(lines)")
    }

    func formatsThatTheTagForbidsAreRefused(_ ask: Ask) async throws {
        try await expectRefusal(
            .invalidArgument, naming: "--no-only-its-format", Request("formatted", format: "hex"), ask)
        try await expectRefusal(.invalidArgument, naming: "decimal", Request("closed", format: "hex"), ask)
        try await expectNext("1", of: "closed", ask)
        try await expectNext("ORD-000001", of: "formatted", ask)
    }

    func numbersTooWideForTheFormatAreRefused(_ ask: Ask) async throws {
        try await expectRefusal(
            .invalidArgument, naming: "decimal=1", Request("plain", count: 20, format: "decimal=1"), ask)
    }

    func tagsThatAreUsedUpAreRefused(_ ask: Ask) async throws {
        for number in 1...3 { try await expectNext("\(number)", of: "short", ask) }
        try await expectRefusal(.exhausted, naming: "short", Request("short"), ask)
        try await expectRefusal(.exhausted, naming: "short", Request("short", count: 2), ask)
    }

    // MARK: What is expected

    private func expectNext(
        _ line: String, of tag: String, _ ask: Ask, file: StaticString = #fileID, line number: UInt = #line
    ) async throws {
        try expectEqual(try await ask(Request(tag)).lines, [line], "the next ID of \(tag)", file: file, line: number)
    }

    /// The request is refused for the reason, in words that name the value.
    private func expectRefusal(
        _ code: FrondError.Code, naming text: String, _ request: Request, _ ask: Ask, file: StaticString = #fileID,
        line: UInt = #line
    ) async throws {
        let refusal: Refusal
        do {
            let answer = try await ask(request)
            throw ContractViolation("\(request) was answered with \(answer.lines.prefix(3))", file: file, line: line)
        } catch let error as Refusal {
            refusal = error
        } catch let error as FrondError {
            refusal = Refusal(reason: error.code.rawValue, message: error.message)
        }
        try expectEqual(refusal.reason, code.rawValue, "the reason of '\(refusal.message)'", file: file, line: line)
        try expect(
            refusal.message.contains(text), "the refusal names \(text): '\(refusal.message)'", file: file, line: line)
    }
}
