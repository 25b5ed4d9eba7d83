import Synchronization

/// The counts of all connections together while a run goes on, for its progress.
final class RunTotals: Sendable {
    private let answers = Atomic<Int>(0)
    private let ids = Atomic<Int>(0)
    private let errors = Atomic<Int>(0)

    func answered(ids count: Int) {
        answers.add(1, ordering: .relaxed)
        ids.add(count, ordering: .relaxed)
    }

    func failed() {
        errors.add(1, ordering: .relaxed)
    }

    var now: (answers: Int, ids: Int, errors: Int) {
        (answers.load(ordering: .relaxed), ids.load(ordering: .relaxed), errors.load(ordering: .relaxed))
    }
}
