import NIOHTTP1
import Testing

/// All texts that a test was given.
struct GivenTexts {
    private(set) var all: Set<String> = []
    private(set) var repeated: [String] = []

    mutating func note(_ body: String) {
        for line in body.split(separator: "\n").map(String.init) where !all.insert(line).inserted {
            repeated.append(line)
        }
    }

    /// Asks each server once.
    /// - Returns: the generators that answered.
    @discardableResult
    mutating func take(
        _ path: String, from servers: [FrondServerProcess], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Set<String> {
        var generators: Set<String> = []
        for server in servers {
            let answer = try await server.get(path)
            try #require(answer.status == 200, "\(answer.body)", sourceLocation: sourceLocation)
            note(answer.body)
            generators.insert(answer.headers.first(name: "frond-generator") ?? "none")
        }
        return generators
    }

    /// Asks until all servers have answered by this generator ten times in a row.
    mutating func take(
        _ path: String, from servers: [FrondServerProcess], until generator: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        var row = 0
        for _ in 0..<1000 {
            row = try await take(path, from: servers, sourceLocation: sourceLocation) == [generator] ? row + 1 : 0
            if row == 10 { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("they were never all at \(generator)", sourceLocation: sourceLocation)
    }
}
