/// An operation of a registry as steps: each reply of the store leads to the next call or to the end.
///
/// A value without I/O. ``StoredWorkerRegistry`` performs the calls, the simulation delays and loses them.
package protocol WorkerTransaction: Sendable {
    mutating func begin() -> WorkerStep
    mutating func received(_ reply: WorkerStoreReply) -> WorkerStep
}

package enum WorkerStep: Sendable {
    case call(WorkerStoreCall)
    case finished(Result<WorkerRecord, FrondError>)

    /// The store answered another question than the one it was asked.
    static var confused: WorkerStep {
        .finished(.failure(FrondError(.storeCorrupt, "the registry of worker IDs returned an unexpected reply")))
    }

    static func contended(_ workerID: String, tries: Int) -> WorkerStep {
        .finished(
            .failure(
                FrondError(
                    .registryUnavailable,
                    "\(workerID) changed in the registry \(tries) times while it was being taken",
                    retryAfter: .milliseconds(100))))
    }
}
