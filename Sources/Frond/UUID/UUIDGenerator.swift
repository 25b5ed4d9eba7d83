/// Random identifiers: UUID version 4 (RFC 9562, section 5.4), 122 random bits.
public struct RandomUUIDGenerator: IDGenerator {
    private let random = RandomWords()

    public init() {}

    /// Never nil.
    public func nextIfReady() -> UUIDValue? { make() }

    /// Never throws.
    public func next() async throws(FrondError) -> UUIDValue { make() }

    /// - Throws: `invalidArgument` for a count out of range.
    public func next(count: Int) async throws(FrondError) -> [UUIDValue] {
        try checkCount(count)
        return (0..<count).map { _ in make() }
    }

    private func make() -> UUIDValue {
        UUIDValue(high: random.next(), low: random.next(), version: 4)
    }
}
