import Frond

extension IssuingContract: ContractExpectations {
    func plainTagsHaveDecimals(_ ask: Ask) async throws {
        for number in 1...5 {
            let answer = try await ask(Request("plain"))
            try expectEqual(answer.lines, ["\(number)"], "ID \(number) of a plain tag")
            try expectGenerator(.segment, answer)
        }
        try expectEqual(
            try await ask(Request("plain", by: .segment)).lines, ["6"], "the next ID, of the generator itself")
    }

    func batchesAreExactAndInOrder(_ ask: Ask) async throws {
        var next = 1
        for count in [1, 2, 1000, 10_000, 3] {
            let lines = try await ask(Request("plain", count: count)).lines
            try expectEqual(lines, (next..<(next + count)).map(String.init), "a batch of \(count)")
            next += count
        }
    }

    func uuidsAreUnique(_ ask: Ask) async throws {
        let answer = try await ask(Request("plain", count: 1000, by: .uuid))
        try expectEqual(Set(answer.lines).count, 1000, "different UUIDs")
        try expect(answer.lines.allSatisfy { $0.count == 36 }, "a UUID has 36 characters: \(answer.lines.prefix(3))")
        try expectGenerator(.uuid, answer)
        try expectEqual(try await ask(Request("plain")).lines, ["1"], "UUIDs take no number")
    }

    func formatsOfTheTagAreWritten(_ ask: Ask) async throws {
        try expectEqual(try await ask(Request("formatted")).lines, ["ORD-000001"], "an ID")
        let batch = try await ask(Request("formatted", count: 3))
        try expectEqual(batch.lines, ["ORD-000002", "ORD-000003", "ORD-000004"], "a batch")
        try expectGenerator(.segment, batch)
        try expectEqual(
            try await ask(Request("formatted", by: .segment)).lines, ["ORD-000005"], "an ID of the generator itself")
        try expectEqual(
            try await ask(Request("formatted", format: "ORD-{number:6}")).lines, ["ORD-000006"], "its own format, named"
        )
    }

    func formatsOfTheRequestAreWritten(_ ask: Ask) async throws {
        try expectEqual(try await ask(Request("plain", format: "hex:4")).lines, ["0001"], "a plain tag in hex")
        let batch = try await ask(Request("open", count: 2, format: "N+{number:3}/x"))
        try expectEqual(batch.lines, ["N+001/x", "N+002/x"], "a tag that allows other formats")
        try expectEqual(try await ask(Request("open")).lines, ["O3"], "its own format afterwards")
    }

    func periodsAreInTheText(_ ask: Ask) async throws {
        let lines = try await ask(Request("periodic", count: 2)).lines
        try expectEqual(lines.map { $0.suffix(4) }, ["-001", "-002"], "numbers of the period")
        try expect(
            lines.allSatisfy { $0.hasPrefix("2") && $0.count == 12 }, "each begins with the date: \(lines)")
    }

    func scramblesAreWithinTheRange(_ ask: Ask) async throws {
        var numbers = try await ask(Request("scrambled", count: 600)).lines.compactMap { Int64($0) }
        numbers += try await ask(Request("scrambled", count: 400)).lines.compactMap { Int64($0) }
        try expectEqual(Set(numbers).count, 1000, "different numbers")
        try expect(numbers.allSatisfy { (1...1000).contains($0) }, "all within the range of the tag")
        try expect(numbers != numbers.sorted(), "they do not count up")
    }

    func chainsFallBack(_ ask: Ask) async throws {
        let answer = try await ask(Request("chained", count: 2))
        try expectEqual(answer.lines, ["1", "2"], "IDs of the second generator, where the first is not enabled")
        try expectGenerator(.segment, answer)
    }

    private func expectGenerator(_ kind: GeneratorKind, _ answer: Answer) throws {
        try expectEqual(answer.generator ?? kind, kind, "the generator that answered")
    }
}
