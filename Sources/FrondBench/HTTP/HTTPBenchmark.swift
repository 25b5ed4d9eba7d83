import NIOCore
import NIOPosix

/// Measures any deployment over HTTP/1.1, and checks what it answers.
///
/// Every ID that comes back is kept: at the end **no ID may have come twice**, over all connections and servers, and on
/// each connection the IDs must have increased. Requests are formatted beforehand, and each event loop counts for
/// itself, so that what is measured is the server.
public struct HTTPBenchmark: Sendable {
    let configuration: Configuration
    private let targets: [BenchmarkTarget]

    /// - Throws: ``HTTPBenchmarkError`` for a URL or a setting that cannot be measured, naming it.
    public init(_ configuration: Configuration) throws(HTTPBenchmarkError) {
        self.configuration = configuration
        targets = try configuration.targets()
    }

    /// - Parameter targets: those to measure in the place of the URLs, which are for the report.
    init(_ configuration: Configuration, targets: [BenchmarkTarget]) throws(HTTPBenchmarkError) {
        try configuration.check()
        self.configuration = configuration
        self.targets = targets
    }

    /// Connects, measures, and checks. Cancellation ends the run early; what was measured until then is reported.
    /// - Parameter onProgress: called once a second while requests are sent, from any thread.
    /// - Throws: ``HTTPBenchmarkError/Code/cannotConnect`` where no server answers at a URL at the start.
    public func run(
        onProgress: @escaping @Sendable (HTTPBenchmarkProgress) -> Void = { _ in }
    ) async throws -> HTTPBenchmarkReport {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads)
        do {
            let report = try await run(on: group, onProgress: onProgress)
            try await group.shutdownGracefully()
            return report
        } catch {
            try await group.shutdownGracefully()
            throw error
        }
    }

    private func run(
        on group: MultiThreadedEventLoopGroup, onProgress: @escaping @Sendable (HTTPBenchmarkProgress) -> Void
    ) async throws -> HTTPBenchmarkReport {
        let totals = RunTotals()
        let budget = RecordingBudget(bytes: configuration.checkMemoryBytes)
        let eventLoops = Array(group.makeIterator())
        var loops: [NIOLoopBound<BenchmarkLoop>] = []
        for (index, eventLoop) in eventLoops.enumerated() {
            loops.append(
                try await eventLoop.submit {
                    let loop = BenchmarkLoop(eventLoop: eventLoop, totals: totals)
                    for number in connectionNumbers(ofLoop: index, of: eventLoops.count) {
                        loop.add(connection(number, budget: budget, loop: loop))
                    }
                    return NIOLoopBound(loop, eventLoop: eventLoop)
                }.get())
        }
        do {
            try await onEach(loops) { $0.connect() }
        } catch {
            for loop in loops { try await loop.eventLoop.submit { _ = loop.value.takeRecorders() }.get() }
            throw error
        }
        let elapsed = try await measure(loops, totals: totals, onProgress: onProgress)
        return try await report(on: loops, elapsed: elapsed)
    }

    private func connectionNumbers(ofLoop index: Int, of loops: Int) -> StrideTo<Int> {
        stride(from: index, to: configuration.connections, by: loops)
    }

    private func connection(_ number: Int, budget: RecordingBudget, loop: BenchmarkLoop) -> BenchmarkConnection {
        let connections = configuration.connections
        // The first few get one more where the requests cannot be shared out evenly.
        let share = configuration.maxRequests.map { $0 / connections + (number < $0 % connections ? 1 : 0) }
        return BenchmarkConnection(
            target: targets[number % targets.count], settings: configuration, answersWanted: share, budget: budget,
            loop: loop)
    }

    /// Runs all loops at the same time, and tells of progress; returns how long requests were sent.
    private func measure(
        _ loops: [NIOLoopBound<BenchmarkLoop>], totals: RunTotals,
        onProgress: @escaping @Sendable (HTTPBenchmarkProgress) -> Void
    ) async throws -> Duration {
        let start = ContinuousClock.now
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await Self.tell(totals, since: start, onProgress) }
            let duration = configuration.duration
            try await withTaskCancellationHandler {
                try await onEach(loops) { $0.run(for: duration) }
            } onCancel: {
                for loop in loops { loop.eventLoop.execute { loop.value.stop() } }
            }
            group.cancelAll()
            return min(start.duration(to: .now), duration)
        }
    }

    private func onEach(
        _ loops: [NIOLoopBound<BenchmarkLoop>],
        _ action: @escaping @Sendable (BenchmarkLoop) -> EventLoopFuture<Void>
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for loop in loops {
                group.addTask { try await loop.eventLoop.flatSubmit { action(loop.value) }.get() }
            }
            try await group.waitForAll()
        }
    }

    /// Tells of progress once a second, until the task is cancelled.
    static func tell(
        _ totals: RunTotals, since start: ContinuousClock.Instant,
        _ onProgress: @Sendable (HTTPBenchmarkProgress) -> Void
    ) async {
        var before = totals.now
        var last = start
        // The only error is cancellation, which ends this.
        while (try? await Task.sleep(until: last.advanced(by: .seconds(1)))) != nil {
            let now = ContinuousClock.now
            let counts = totals.now
            let seconds = last.duration(to: now).seconds
            onProgress(
                HTTPBenchmarkProgress(
                    elapsed: start.duration(to: now),
                    requestsPerSecond: Double(counts.answers - before.answers) / seconds,
                    idsPerSecond: Double(counts.ids - before.ids) / seconds, errors: counts.errors))
            (before, last) = (counts, now)
        }
    }

    private func report(
        on loops: [NIOLoopBound<BenchmarkLoop>], elapsed: Duration
    ) async throws -> HTTPBenchmarkReport {
        var statistics = LoopStatistics()
        var recorders = [IDRecorder?](repeating: nil, count: configuration.connections)
        for (index, loop) in loops.enumerated() {
            let (ofLoop, recordersOfLoop) = try await loop.eventLoop.submit {
                let recorders = loop.value.takeRecorders()
                return (loop.value.statistics, recorders)
            }.get()
            statistics.add(ofLoop)
            let numbers = connectionNumbers(ofLoop: index, of: loops.count)
            for (number, recorder) in zip(numbers, recordersOfLoop) { recorders[number] = recorder }
        }
        let urls = (0..<configuration.connections).map { targets[$0 % targets.count].url }
        let check = HTTPBenchmarkReport.Check(
            recorders.compactMap { $0 }, urls: urls, checksOrder: configuration.checksOrder)
        return HTTPBenchmarkReport(configuration, statistics, check: check, elapsed: elapsed)
    }
}
