import Foundation
import TestServers
import Testing

/// All snowflake IDs that a test was given: checks, as they come, what is promised of them.
///
/// None comes twice, whoever gave it. Those of one process increase; where it has taken another worker ID, those of
/// each worker ID do. What is not an ID is a 503 that says why and when to ask again.
struct IssuedIDs {
    private struct Source: Hashable {
        var process: ObjectIdentifier
        var worker: Int64
    }

    let workerBits: Int64
    let sequenceBits: Int64
    private(set) var all: Set<Int64> = []
    /// The last ID.
    private(set) var last: Int64 = 0
    private var lastOfSource: [Source: Int64] = [:]
    /// Held, so that no two of them have the same identity.
    private var processes: [ObjectIdentifier: FrondProcess] = [:]

    /// - Parameter workerBits: of the layout; the other widths are Leaf's.
    init(workerBits: Int64 = 10, sequenceBits: Int64 = 12) {
        self.workerBits = workerBits
        self.sequenceBits = sequenceBits
    }

    func worker(of id: Int64) -> Int64 { id >> sequenceBits & ((1 << workerBits) - 1) }

    /// Returns the time in an ID: milliseconds since 1970-01-01T00:00:00Z.
    func milliseconds(of id: Int64) -> Int64 { id >> (sequenceBits + workerBits) + 1_288_834_974_657 }

    /// The number of worker IDs that a server has used.
    func workers(of server: FrondServerProcess) -> Set<Int64> {
        Set(lastOfSource.keys.filter { $0.process == ObjectIdentifier(server.process) }.map(\.worker))
    }

    /// Asks a server for IDs, in so many requests and then in one, all of which it must answer with IDs.
    mutating func take(
        _ requests: Int = 20, from server: FrondServerProcess, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        for count in [Int](repeating: 1, count: requests) + [requests] {
            let answer = try await next(count, from: server, sourceLocation: sourceLocation)
            try #require(answer.status == 200, "\(answer.body)", sourceLocation: sourceLocation)
        }
    }

    /// Asks until the server refuses.
    /// - Returns: the refusal.
    mutating func takeUntilRefused(
        by server: FrondServerProcess, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> FrondServerProcess.Answer {
        for _ in 0..<2000 {
            let answer = try await next(from: server, sourceLocation: sourceLocation)
            if answer.status != 200 { return answer }
        }
        return try #require(nil, "it was never refused", sourceLocation: sourceLocation)
    }

    /// Asks until the server answers with an ID.
    mutating func takeUntilServed(
        by server: FrondServerProcess, tries: Int = 1000, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        for _ in 0..<tries {
            let answer = try await next(from: server, sourceLocation: sourceLocation)
            if answer.status == 200 { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        _ = try #require(nil as Int?, "it was never served", sourceLocation: sourceLocation)
    }

    /// Asks two servers for so many IDs at the same time, again and again, that they would meet if nothing kept them
    /// apart.
    mutating func takeAtTheSameTime(
        from one: FrondServerProcess, _ other: FrondServerProcess, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let count = 10_000
        for _ in 0..<10 {
            async let ones = one.snowflake(count: count)
            async let others = other.snowflake(count: count)
            try check(try await ones, count: count, of: one, sourceLocation: sourceLocation)
            try check(try await others, count: count, of: other, sourceLocation: sourceLocation)
        }
    }

    /// Asks once.
    @discardableResult
    mutating func next(
        _ count: Int = 1, from server: FrondServerProcess, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> FrondServerProcess.Answer {
        let answer = try await server.snowflake(count: count)
        try check(answer, count: count, of: server, sourceLocation: sourceLocation)
        return answer
    }

    /// Checks an answer, and keeps its IDs.
    mutating func check(
        _ answer: FrondServerProcess.Answer, count: Int = 1, of server: FrondServerProcess,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        guard answer.status == 200 else {
            #expect(answer.status == 503, "\(answer.body)", sourceLocation: sourceLocation)
            #expect(answer.isProblem, "\(answer.headers)", sourceLocation: sourceLocation)
            #expect(answer.retryAfterSeconds ?? 0 >= 1, "\(answer.headers)", sourceLocation: sourceLocation)
            return
        }
        let ids = answer.body.split(separator: "\n").compactMap { Int64($0) }
        #expect(ids.count == count, "\(answer.body)", sourceLocation: sourceLocation)
        let twice = ids.filter { !all.insert($0).inserted }
        #expect(twice.isEmpty, "\(twice.count) IDs came twice", sourceLocation: sourceLocation)
        processes[ObjectIdentifier(server.process)] = server.process
        let descents = ids.filter { !isAscent($0, of: server) }
        #expect(descents.isEmpty, "came after a greater one of the same worker ID", sourceLocation: sourceLocation)
        last = ids.last ?? last
    }

    /// Returns true if an ID is greater than the one before it, of the same process and worker ID.
    private mutating func isAscent(_ id: Int64, of server: FrondServerProcess) -> Bool {
        let source = Source(process: ObjectIdentifier(server.process), worker: worker(of: id))
        let before = lastOfSource.updateValue(id, forKey: source) ?? 0
        return id > before
    }
}
