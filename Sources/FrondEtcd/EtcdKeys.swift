import Frond

/// The keys of a registry.
///
///     PREFIX/origin          how the registry began
///     PREFIX/workers/00042   the record of worker ID 42
struct EtcdKeys: Sendable {
    /// Worker IDs are written with so many digits at least, so that lists are in order for people.
    private static let digits = 5

    let prefix: String

    var origin: String { "\(prefix)/origin" }
    /// The prefix of the keys of all records.
    var workers: String { "\(prefix)/workers/" }

    /// - Parameter workerID: 0 or more.
    func worker(_ workerID: Int64) -> String {
        let number = String(workerID)
        return workers + String(repeating: "0", count: max(0, Self.digits - number.count)) + number
    }

    /// The worker ID whose record stands under a key; nil for a key that Frond has not written.
    func workerID(of key: String) -> Int64? {
        guard key.hasPrefix(workers), let workerID = Int64(key.dropFirst(workers.count)), worker(workerID) == key
        else { return nil }
        return workerID
    }
}
