import Frond
import Testing

@Suite("A queue for a counter", .timeLimit(.minutes(5)))
struct CounterQueueTests {
    let tag: Frond.Tag
    let now = Duration.seconds(10)

    init() throws {
        tag = try Frond.Tag("order")
    }

    private func makeQueue(_ policy: CounterPolicy = CounterPolicy()) -> DrivenQueue {
        DrivenQueue(CounterQueue(tag: tag, policy: policy))
    }

    private func run(_ first: Int64, _ count: Int64, stride: Int64 = 1) -> NumberRun {
        NumberRun(first: first, count: count, stride: stride)
    }

    @Test("who comes while a draw is in flight is added up into the next one")
    func coalesces() {
        let queue = makeQueue()
        #expect(queue.enter(1, count: 1, waiter: "a", now: now).draw == 1)
        #expect(queue.enter(2, count: 1, waiter: "b", now: now).draw == nil)
        #expect(queue.enter(3, count: 5, waiter: "c", now: now).draw == nil)
        let first = queue.drawn([run(100, 1)])
        #expect(first.answers == ["a [100]"])
        #expect(first.draw == 6)
        let second = queue.drawn([run(200, 6)])
        #expect(second.answers == ["b [200]", "c [201, 202, 203, 204, 205]"])
        #expect(second.draw == nil)
    }

    @Test("fewer numbers than wanted go to the first, and the rest is drawn with whoever came since")
    func shortReply() {
        let queue = makeQueue()
        #expect(queue.enter(1, count: 5, waiter: "a", now: now).draw == 5)
        _ = queue.enter(2, count: 1, waiter: "b", now: now)
        let first = queue.drawn([run(10, 2, stride: 3)])
        #expect(first.answers.isEmpty)
        #expect(first.draw == 4)
        let second = queue.drawn([run(20, 1), run(30, 3)])
        #expect(second.answers == ["a [10, 13, 20, 30, 31]", "b [32]"])
        #expect(second.draw == nil)
    }

    @Test("a draw asks for no more than the largest, and fails only those it was for")
    func largestDraw() {
        let queue = makeQueue(CounterPolicy(largestDraw: 10))
        #expect(queue.enter(1, count: 1, waiter: "a", now: now).draw == 1)
        _ = queue.enter(2, count: 8, waiter: "b", now: now)
        _ = queue.enter(3, count: 4, waiter: "c", now: now)
        _ = queue.enter(4, count: 3, waiter: "d", now: now)
        #expect(queue.drawn([run(1, 1)]).draw == 10)
        let failed = queue.drawFailed(FrondError(.storeUnavailable, "lost"))
        #expect(failed.answers == ["b storeUnavailable", "c storeUnavailable"])
        #expect(failed.draw == 3)
        #expect(queue.drawn([run(50, 3)]).answers == ["d [50, 51, 52]"])
    }

    @Test("numbers of a caller that went away are a gap, never a later caller's")
    func surplusIsDropped() {
        let queue = makeQueue()
        _ = queue.enter(1, count: 3, waiter: "a", now: now)
        _ = queue.enter(2, count: 1, waiter: "b", now: now)
        #expect(queue.cancelled(id: 1).answers == ["a cancelled"])
        // Drawn before `b` is served by it: another server may have given out higher ones before `b` asked.
        let first = queue.drawn([run(1, 3)])
        #expect(first.answers.isEmpty)
        #expect(first.draw == 1)
        #expect(queue.drawn([run(9, 1)]).answers == ["b [9]"])
        #expect(queue.cancelled(id: 1).answers.isEmpty, "it was answered already")
    }

    @Test("who leaves from the middle of a draw leaves its numbers to those behind it")
    func leavingTheMiddle() {
        let queue = makeQueue()
        _ = queue.enter(1, count: 1, waiter: "a", now: now)
        for (id, name) in [(2, "b"), (3, "c"), (4, "d")] {
            _ = queue.enter(Int64(id), count: 1, waiter: name, now: now)
        }
        #expect(queue.drawn([run(1, 1)]).draw == 3)
        _ = queue.cancelled(id: 3)
        _ = queue.enter(5, count: 1, waiter: "e", now: now)
        let effects = queue.drawn([run(5, 3)])
        #expect(effects.answers == ["b [5]", "d [6]"])
        #expect(effects.draw == 1)
    }

    @Test("waits are bounded, one timer at a time")
    func timer() {
        let queue = makeQueue(CounterPolicy(waitLimit: .seconds(1)))
        #expect(queue.enter(1, count: 1, waiter: "a", now: now).wakeAt == now + .seconds(1))
        #expect(queue.enter(2, count: 1, waiter: "b", now: now + .milliseconds(400)).wakeAt == nil)
        let fired = queue.timerFired(now: now + .seconds(1))
        #expect(fired.answers == ["a timedOut"])
        #expect(fired.wakeAt == now + .milliseconds(1400))
        #expect(queue.drawn([run(1, 1)]).draw == 1)
        #expect(queue.drawn([run(2, 1)]).answers == ["b [2]"])
        #expect(queue.timerFired(now: now + .seconds(2)).wakeAt == nil)
    }

    @Test("how many wait is bounded")
    func waitersAreBounded() {
        let queue = makeQueue(CounterPolicy(maxWaiters: 2))
        _ = queue.enter(1, count: 1, waiter: "a", now: now)
        _ = queue.enter(2, count: 1, waiter: "b", now: now)
        #expect(queue.enter(3, count: 1, waiter: "c", now: now).answers == ["c overloaded"])
    }

    @Test("a draw that is not made fails all that wait")
    func refusal() {
        let queue = makeQueue(CounterPolicy(largestDraw: 1))
        _ = queue.enter(1, count: 1, waiter: "a", now: now)
        _ = queue.enter(2, count: 1, waiter: "b", now: now)
        _ = queue.enter(3, count: 1, waiter: "c", now: now)
        #expect(queue.drawn([run(1, 1)]).draw == 1)
        let refused = queue.drawRefused(FrondError(.storeUnavailable, "down"))
        #expect(refused.answers == ["b storeUnavailable", "c storeUnavailable"])
        #expect(refused.draw == nil)
    }

    @Test(
        "an answer that cannot be right is refused",
        arguments: [
            [], [NumberRun(first: 1, count: 0)], [NumberRun(first: -5, count: 1)],
            [NumberRun(first: 1, count: 1, stride: 0)],
            [NumberRun(first: 1, count: 3)], [NumberRun(first: 1, count: 1), NumberRun(first: 3, count: .max)],
            [NumberRun(first: .max, count: 2)],
        ])
    func implausibleAnswers(runs: [NumberRun]) {
        let queue = makeQueue()
        _ = queue.enter(1, count: 2, waiter: "a", now: now)
        #expect(queue.drawn(runs).answers == ["a storeCorrupt"])
    }

    @Test("closing fails who waits, lets the draw in flight end, and takes nobody any more")
    func closing() {
        let queue = makeQueue()
        _ = queue.enter(1, count: 1, waiter: "a", now: now)
        #expect(queue.close(for: "closer").answers == ["a shutDown"])
        #expect(queue.enter(2, count: 1, waiter: "b", now: now).answers == ["b shutDown"])
        #expect(queue.close(for: "second").answers == ["second shutDown"])
        #expect(queue.drawn([run(1, 1)]).answers == ["closer []"])
        #expect(!queue.closeIfUnused())
    }
}

/// The queue, and its effects in words.
private final class DrivenQueue {
    private var queue: CounterQueue<String>

    struct Outcome {
        /// The answered callers, in order, with their numbers or the code of an error.
        var answers: [String]
        var draw: Int?
        var wakeAt: Duration?
    }

    init(_ queue: CounterQueue<String>) {
        self.queue = queue
    }

    func enter(_ id: Int64, count: Int, waiter: String, now: Duration) -> Outcome {
        outcome(queue.enter(id, count: count, waiter: waiter, now: now))
    }

    func drawn(_ runs: [NumberRun]) -> Outcome { outcome(queue.drawn(runs)) }
    func drawFailed(_ error: FrondError) -> Outcome { outcome(queue.drawFailed(error)) }
    func drawRefused(_ error: FrondError) -> Outcome { outcome(queue.drawRefused(error)) }
    func cancelled(id: Int64) -> Outcome { outcome(queue.cancelled(id: id)) }
    func timerFired(now: Duration) -> Outcome { outcome(queue.timerFired(now: now)) }
    func close(for closer: String) -> Outcome { outcome(queue.close(for: closer)) }
    func closeIfUnused() -> Bool { queue.closeIfUnused() }

    private func outcome(_ effects: CounterQueue<String>.Effects) -> Outcome {
        let answers = effects.deliveries.map { delivery in
            switch delivery.outcome {
            case .success(let runs): "\(delivery.waiter) \(runs.flatMap(Array.init))"
            case .failure(let error): "\(delivery.waiter) \(error.code)"
            }
        }
        return Outcome(answers: answers, draw: effects.draw, wakeAt: effects.wakeAt)
    }
}
