import Synchronization

/// A bare atomic counter, on a cache line of its own as a generator's is.
final class SharedCounter: Sendable {
    private let before = (0, 0, 0, 0, 0, 0, 0)
    private let value = Atomic<Int64>(0)
    private let after = (0, 0, 0, 0, 0, 0, 0)

    @inline(__always)
    func next() -> Int64 {
        value.wrappingAdd(1, ordering: .relaxed).oldValue
    }
}
