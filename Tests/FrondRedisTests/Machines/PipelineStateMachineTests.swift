import Frond
import RESP
import Testing

@testable import FrondRedis

@Suite("The life of a connection to Redis", .timeLimit(.minutes(1)))
struct PipelineStateMachineTests {
    private typealias Machine = PipelineStateMachine<Int>

    private let draw = RedisCommand.draw(key: "k", count: 1)
    private let install = RedisCommand.install(key: "k", mark: "", cycle: 0, first: 1, size: 1, count: 1)
    private let lost = FrondError(.storeUnavailable, "lost")
    private let slow = FrondError.slow(.redis(RedisEndpoint(host: "a")), to: "answer")

    private func entry(_ waiter: Int, _ command: RedisCommand? = nil, isAsking: Bool = false) -> Machine.Entry {
        Machine.Entry(command ?? draw, isAsking: isAsking, waiter: waiter)
    }

    /// A machine whose connection has answered a batch before.
    private func connected(seeksPrimary: Bool = false) throws -> Machine {
        var machine = Machine(seeksPrimary: seeksPrimary)
        try #require(machine.submit([entry(0)]).action.isConnect)
        try #require(machine.connected().action.sent == [0])
        let step = machine.received(.integer(0))
        try #require(step.answered == [0] && step.action.isRest && machine.isFree)
        return machine
    }

    @Test("a batch connects, is sent, and is answered in order; the next goes on the same connection")
    func everyday() throws {
        var machine = try connected()
        #expect(machine.submit([entry(1), entry(2)]).action.sent == [1, 2])
        #expect(!machine.isFree)
        let first = machine.received(.integer(7))
        #expect(first.answered == [1] && first.action.isNone)
        let second = machine.received(.error("OOM no"))
        #expect(second.answered == [2] && second.action.isRest, "an error is a reply")
    }

    @Test("a connection that cannot be made fails the batch, which certainly was not run")
    func cannotConnect() {
        var machine = Machine()
        _ = machine.submit([entry(1), entry(2, install)])
        let step = machine.failedToConnect(lost)
        #expect(step.failed == [1: true, 2: true] && step.action.isRest)
        #expect(machine.submit([entry(3)]).action.isConnect, "the next batch tries anew")
    }

    @Test("what may run twice is sent again, once, where an idle connection had ended; an install is not")
    func brokenWhileIdle() throws {
        var machine = try connected()
        _ = machine.submit([entry(1), entry(2, install), entry(3)])
        let step = machine.lost(lost)
        #expect(step.failed == [2: false] && step.action.isConnect)
        #expect(machine.connected().action.sent == [1, 3])
        let again = machine.lost(lost)
        #expect(again.failed == [1: false, 3: false] && again.action.isRest)
    }

    @Test("what was answered before the end is not sent again")
    func brokenInTheMiddle() throws {
        var machine = try connected()
        _ = machine.submit([entry(1), entry(2)])
        #expect(machine.received(.integer(1)).answered == [1])
        #expect(machine.lost(lost).action.isConnect)
        #expect(machine.connected().action.sent == [2])
    }

    @Test("nothing is sent again on a connection that was made for it, or after a time limit")
    func notAgain() throws {
        var fresh = Machine()
        _ = fresh.submit([entry(1)])
        _ = fresh.connected()
        #expect(fresh.lost(lost).failed == [1: false])
        var timed = try connected()
        _ = timed.submit([entry(1)])
        let step = timed.lost(slow)
        #expect(step.failed == [1: false] && step.action.isRest)
    }

    @Test("the end of an idle connection is no failure")
    func endsIdle() throws {
        var machine = try connected()
        let step = machine.lost(lost)
        #expect(step.completions.isEmpty && step.action.isNone)
        #expect(machine.submit([entry(1)]).action.isConnect)
    }

    @Test("a script that the server forgot is sent as text, once, an install too")
    func forgotten() throws {
        var machine = try connected()
        _ = machine.submit([entry(1), entry(2, install), entry(3)])
        #expect(machine.received(.error("NOSCRIPT No matching script.")).completions.isEmpty)
        #expect(machine.received(.error("NOSCRIPT No matching script.")).completions.isEmpty)
        let step = machine.received(.integer(3))
        #expect(step.answered == [3])
        #expect(step.action.sent == [1, 2])
        #expect(step.action.entries.map(\.isWhole) == [true, true])
        #expect(machine.received(.error("NOSCRIPT")).answered == [1])
    }

    @Test("a replica is left for the primary where Sentinels name it, once a command, an install too")
    func replica() throws {
        var machine = try connected(seeksPrimary: true)
        _ = machine.submit([entry(1, install), entry(2)])
        #expect(machine.received(.array([.text("replica")])).completions.isEmpty)
        #expect(machine.received(.error("READONLY You can't write against a read only replica.")).action.isConnect)
        #expect(machine.connected().action.sent == [1, 2])
        #expect(machine.received(.array([.text("replica")])).answered == [1])
        let step = machine.received(.integer(1))
        #expect(step.answered == [2] && step.action.isDisconnect, "the next batch looks for the primary")
        #expect(machine.submit([entry(3)]).action.isConnect)
    }

    @Test("a replica that the URL names answers as it is")
    func namedReplica() throws {
        var machine = try connected()
        _ = machine.submit([entry(1)])
        let step = machine.received(.array([.text("replica")]))
        #expect(step.answered == [1] && step.action.isRest)
    }

    @Test("the reply to ASKING is no reply to the command behind it")
    func asking() throws {
        var machine = try connected()
        _ = machine.submit([entry(1, isAsking: true), entry(2), entry(3, isAsking: true)])
        #expect(machine.received(.simple("OK")).completions.isEmpty)
        #expect(machine.received(.integer(1)).answered == [1])
        #expect(machine.received(.integer(2)).answered == [2])
        #expect(machine.received(.simple("OK")).completions.isEmpty)
        #expect(machine.received(.error("NOSCRIPT")).action.sent == [3])
        #expect(machine.received(.simple("OK")).completions.isEmpty, "it is asked again as well")
        #expect(machine.received(.integer(3)).answered == [3])
    }

    @Test("a reply to nothing ends the connection: the next could be taken for the answer to something else")
    func unexpected() throws {
        var machine = try connected()
        #expect(machine.received(.integer(1)).action.isDisconnect)
        #expect(machine.submit([entry(1)]).action.isConnect)
    }
}

extension PipelineStateMachine.Action {
    fileprivate var isConnect: Bool { if case .connect = self { true } else { false } }
    fileprivate var isRest: Bool { if case .rest = self { true } else { false } }
    fileprivate var isNone: Bool { if case .none = self { true } else { false } }
    fileprivate var isDisconnect: Bool { if case .disconnect = self { true } else { false } }
    fileprivate var entries: [PipelineStateMachine<Waiter>.Entry] {
        if case .send(let entries) = self { entries } else { [] }
    }
    fileprivate var sent: [Waiter] { entries.map(\.waiter) }
}

extension PipelineStateMachine.Step where Waiter == Int {
    fileprivate var answered: [Int] {
        completions.compactMap { completion in
            if case .success = completion.result { completion.waiter } else { nil }
        }
    }

    /// The commands that failed, and whether each certainly was not run.
    fileprivate var failed: [Int: Bool] {
        completions.reduce(into: [:]) { failed, completion in
            if case .failure(let failure) = completion.result { failed[completion.waiter] = failure.isUnsent }
        }
    }
}
