import Frond
import Synchronization

/// The connections of Redis clients, counted: their numbers and their limit.
final class RESPClients: Sendable {
    let limit: Int
    private let time: any TimeSource
    private let start: Duration
    private let connected = Atomic(0)
    private let last = Atomic<Int64>(0)

    init(limit: Int, time: any TimeSource) {
        self.limit = limit
        self.time = time
        start = time.monotonic
    }

    /// The number of connections now.
    var count: Int { connected.load(ordering: .relaxed) }

    /// The whole seconds since the server began to listen.
    var uptimeSeconds: Int64 { (time.monotonic - start).components.seconds }

    var now: Duration { time.monotonic }

    /// Counts a connection.
    /// - Returns: its number; nil where there are as many as the limit already.
    func join() -> Int64? {
        guard connected.add(1, ordering: .relaxed).newValue <= limit else {
            leave()
            return nil
        }
        return last.add(1, ordering: .relaxed).newValue
    }

    /// A connection that was counted has ended.
    func leave() {
        connected.subtract(1, ordering: .relaxed)
    }
}
