import Frond
import Testing

@testable import FrondMySQL

/// Reserves of one tag from several stores at the same time.
/// - Returns: what succeeded; errors that are `expected` are passed over, and any other is thrown.
func reserveConcurrently(
    _ tag: Tag, from stores: [MySQLSegmentStore], times: Int, passingOver expected: Set<FrondError.Code> = []
) async throws -> [Segment] {
    try await withThrowingTaskGroup(of: [Segment].self) { group in
        for store in stores {
            group.addTask {
                var segments: [Segment] = []
                for _ in 0..<times {
                    do {
                        segments.append(try await store.reserve(tag, atLeast: nil, after: nil))
                    } catch let error as FrondError where expected.contains(error.code) {
                        continue
                    }
                }
                return segments
            }
        }
        return try await group.reduce(into: []) { $0 += $1 }
    }
}

/// No number is in two segments.
func expectDisjoint(_ segments: [Segment], sourceLocation: SourceLocation = #_sourceLocation) {
    let sorted = segments.sorted { $0.first < $1.first }
    for (one, next) in zip(sorted, sorted.dropFirst()) {
        #expect(one.end <= next.first, "numbers were reserved twice", sourceLocation: sourceLocation)
    }
}
