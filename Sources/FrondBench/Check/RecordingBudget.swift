import Synchronization

/// The memory that the logs of all connections may take together.
final class RecordingBudget: Sendable {
    private let left: Atomic<Int>

    init(bytes: Int) {
        left = Atomic(bytes)
    }

    /// - Returns: false where that much is not left; then nothing is taken.
    func take(_ bytes: Int) -> Bool {
        let before = left.subtract(bytes, ordering: .relaxed).oldValue
        if before >= bytes { return true }
        left.add(bytes, ordering: .relaxed)
        return false
    }
}
