import Histogram
import NIOCore
import NIOHTTP1
import NIOPosix
import RESP

/// One connection of a run, which lives on when it is lost and made again: what it sends, and what it received.
///
/// Belongs to one event loop; to be used on it only.
final class BenchmarkConnection {
    /// The longest wait, when the run ends, for the answers to requests already sent.
    private static let drainLimit = TimeAmount.seconds(2)

    let target: BenchmarkTarget
    private(set) var recorder: IDRecorder
    private let loop: BenchmarkLoop
    private let settings: HTTPBenchmark.Configuration
    /// Answers wanted; nil for no limit.
    private let answersWanted: Int?
    private var answers = 0
    private var parser = IDLineParser()
    private var status = HTTPResponseStatus.ok
    /// The error that a RESP server answered with.
    private var refusal: String?
    /// The times at which the requests in flight were sent, the oldest first.
    private var sent = CircularBuffer<NIODeadline>()
    private var wire: (any BenchmarkWire)?
    private var isStopped = false
    private var isBackingOff = false
    private var backoff = ReconnectBackoff()
    private var lastAnswer = NIODeadline.now()

    init(
        target: BenchmarkTarget, settings: HTTPBenchmark.Configuration, answersWanted: Int?, budget: RecordingBudget,
        loop: BenchmarkLoop
    ) {
        self.target = target
        self.settings = settings
        self.answersWanted = answersWanted
        self.loop = loop
        recorder = IDRecorder(budget: budget, exampleLimit: HTTPBenchmarkReport.exampleLimit)
        sent.reserveCapacity(settings.pipelineDepth)
    }

    /// Connects; the future fails where no server answers.
    func connect() -> EventLoopFuture<Void> {
        let bound = NIOLoopBound(self, eventLoop: loop.eventLoop)
        let (target, depth) = (target, settings.pipelineDepth)
        return ClientBootstrap(group: loop.eventLoop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connectTimeout(.seconds(2))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try target.addHandlers(to: channel, depth: depth, connection: bound.value)
                }
            }
            .connect(host: target.host, port: target.port)
            .map { _ in }
    }

    // MARK: Sending

    /// The run begins.
    func begin() {
        if answersWanted == 0 { end() } else { fill() }
    }

    /// Sends as many requests as may be in flight.
    private func fill() {
        guard let wire, !isStopped, !isBackingOff else { return }
        var room = settings.pipelineDepth - sent.count
        if let answersWanted { room = min(room, answersWanted - answers - sent.count) }
        guard room > 0 else { return }
        let now = NIODeadline.now()
        for _ in 0..<room { sent.append(now) }
        wire.send(room)
    }

    /// Sends no more; ends when the answers in flight are there, or soon.
    func stop() {
        guard !isStopped else { return }
        isStopped = true
        guard let wire, !sent.isEmpty else { return end() }
        loop.eventLoop.assumeIsolated().scheduleTask(in: Self.drainLimit) { wire.close() }
    }

    private func end() {
        isStopped = true
        let wire = wire.take()
        wire?.close()
        loop.ended(self)
    }

    // MARK: Receiving

    func became(_ wire: any BenchmarkWire) {
        self.wire = wire
        if isStopped {
            end()
        } else if loop.isRunning {
            loop.statistics.reconnects += 1
            fill()
        }
    }

    func received(_ head: HTTPResponseHead) {
        status = head.status
        parser.startBody()
    }

    func received(_ body: ByteBuffer) {
        guard status == .ok else { return }
        body.withUnsafeReadableBytes { parser.consume($0, into: &recorder) }
    }

    /// A reply of a RESP server, which is a whole answer.
    func received(_ reply: RESPValue) {
        parser.startBody()
        refusal = target.command?.record(reply, by: &parser, into: &recorder)
    }

    func receivedEnd(at now: NIODeadline) {
        guard let start = sent.popFirst() else { return }
        answers += 1
        lastAnswer = now
        backoff = ReconnectBackoff()
        if let failure = judgeAnswer() {
            loop.statistics.failures[failure, default: 0] += 1
            loop.totals.failed()
            pause()
        } else {
            loop.statistics.successes += 1
            loop.statistics.latency.record(UInt64(max(0, (now - start).nanoseconds)))
            loop.totals.answered(ids: parser.ids)
        }
    }

    /// The reason why this is not an answer; nil if it is one.
    private func judgeAnswer() -> String? {
        if let refusal { return refusal }
        guard status == .ok else { return "\(status.code) \(status.reasonPhrase)" }
        parser.endBody(into: &recorder)
        let answer = target.command == nil ? "200" : "a reply"
        if parser.malformed > 0 { return "\(answer) with lines that are no IDs" }
        if let expected = target.expectedIDs, parser.ids != expected {
            return "\(answer) with another number of IDs than the \(expected) asked for"
        }
        return nil
    }

    /// All answers that were there are read.
    func readComplete() {
        if answersWanted.map({ answers >= $0 }) ?? false { return end() }
        if isStopped, sent.isEmpty { return end() }
        fill()
    }

    /// A server that refuses is not to be flooded.
    private func pause() {
        guard !isBackingOff else { return }
        isBackingOff = true
        let delay = ReconnectBackoff.afterFailure(jitter: .random(in: 0...1))
        loop.eventLoop.assumeIsolated().scheduleTask(in: delay) {
            self.isBackingOff = false
            self.fill()
        }
    }

    // MARK: Losing and making the connection

    /// The channel is closed.
    func lost(_ wire: any BenchmarkWire, error: (any Error)?) {
        guard self.wire === wire else { return }
        self.wire = nil
        // What came of an answer that is not complete was issued all the same: it stays in the log.
        recorder.forgetPrevious()
        loop.statistics.disconnects += 1
        loop.statistics.lostRequests += sent.count
        loop.statistics.connectionErrors[error.map(reason) ?? "closed by the server", default: 0] += 1
        loop.totals.failed()
        sent.removeAll(keepingCapacity: true)
        tryAgain()
    }

    private func tryAgain() {
        guard loop.isRunning, !isStopped else { return end() }
        guard settings.reconnects, NIODeadline.now() - lastAnswer < TimeAmount(settings.reconnectFor) else {
            loop.statistics.givenUp += 1
            return end()
        }
        let delay = backoff.next(jitter: .random(in: 0...1))
        loop.eventLoop.assumeIsolated().scheduleTask(in: delay) {
            guard !self.isStopped else { return }
            self.connect().assumeIsolated().whenFailure(self.attemptFailed)
        }
    }

    private func attemptFailed(_ error: any Error) {
        guard !isStopped else { return }
        loop.statistics.failedAttempts += 1
        loop.statistics.connectionErrors[reason(for: error), default: 0] += 1
        loop.totals.failed()
        tryAgain()
    }

    /// The run is over: what was received.
    func takeRecorder() -> IDRecorder {
        recorder.finish()
        return recorder
    }
}
