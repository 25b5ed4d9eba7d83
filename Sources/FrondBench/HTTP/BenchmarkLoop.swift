import NIOCore

/// The connections of one event loop, which hold it until ``takeRecorders()``. To be used on it only.
final class BenchmarkLoop {
    let eventLoop: any EventLoop
    let totals: RunTotals
    var statistics = LoopStatistics()
    /// True while requests are sent.
    private(set) var isRunning = false
    private var connections: [BenchmarkConnection] = []
    private var open = Set<ObjectIdentifier>()
    private let finished: EventLoopPromise<Void>

    init(eventLoop: any EventLoop, totals: RunTotals) {
        self.eventLoop = eventLoop
        self.totals = totals
        finished = eventLoop.makePromise()
    }

    func add(_ connection: BenchmarkConnection) {
        connections.append(connection)
        open.insert(ObjectIdentifier(connection))
    }

    /// Makes all connections; the future fails, with an error that names the URL, where one cannot be made.
    func connect() -> EventLoopFuture<Void> {
        let attempts = connections.map { connection in
            let url = connection.target.url
            return connection.connect().flatMapErrorThrowing { error in
                throw HTTPBenchmarkError(
                    code: .cannotConnect, message: "cannot connect to \(url): \(reason(for: error))")
            }
        }
        return EventLoopFuture.andAllSucceed(attempts, on: eventLoop)
    }

    /// Sends requests for that long; the future succeeds when the last connection has ended.
    func run(for duration: Duration) -> EventLoopFuture<Void> {
        isRunning = true
        let timer = eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(duration)) { self.stop() }
        finished.futureResult.assumeIsolated().whenComplete { _ in timer.cancel() }
        for connection in connections { connection.begin() }
        return finished.futureResult
    }

    /// Ends before its time.
    func stop() {
        isRunning = false
        for connection in connections { connection.stop() }
    }

    func ended(_ connection: BenchmarkConnection) {
        guard open.remove(ObjectIdentifier(connection)) != nil, open.isEmpty else { return }
        isRunning = false
        finished.succeed()
    }

    /// Ends the connections and returns the IDs that they received, in the order they were added.
    func takeRecorders() -> [IDRecorder] {
        stop()
        finished.succeed()
        defer { connections = [] }
        return connections.map { $0.takeRecorder() }
    }
}
