import HTTPTypes
import NIOCore
import Testing

@testable import FrondServer

@Suite("The state machine of a connection", .timeLimit(.minutes(5)))
struct ConnectionStateMachineTests {
    private typealias Machine = ConnectionStateMachine
    private typealias Request = ConnectionStateMachine.Request
    private var machine = ConnectionStateMachine()

    private func isEnd(_ action: ConnectionStateMachine.Action) -> Bool {
        if case .end = action { true } else { false }
    }

    private func status(_ action: ConnectionStateMachine.Action) -> Int? {
        if case .refuse(let problem) = action { problem.status.code } else { nil }
    }

    @Test("a request with a body goes on once it is complete, and is answered then")
    mutating func body() {
        #expect(machine.requestHead(Request(persistence: .kept, hasBody: true)) == .keep)
        #expect(!machine.isQuiet && !machine.isAnswering)
        #expect(machine.requestBody(ConnectionLimits.bodyBytes) == .keep)
        #expect(machine.requestEnd() == .passAll)
        #expect(machine.isAnswering)
        #expect(!isEnd(machine.answerEnd()))
        #expect(machine.isQuiet)
    }

    @Test("a body that is too large is refused, declared or not, and what follows is dropped")
    mutating func tooLarge() {
        let declared = Request(
            persistence: .kept, hasBody: true, declaredLength: ConnectionLimits.bodyBytes + 1)
        #expect(machine.requestHead(declared) == .refuse)
        machine = ConnectionStateMachine()
        #expect(machine.requestHead(Request(persistence: .kept, hasBody: true)) == .keep)
        #expect(machine.requestBody(ConnectionLimits.bodyBytes) == .keep)
        #expect(machine.requestBody(1) == .refuse)
        #expect(status(machine.refuse(.bodyTooLarge(limit: ConnectionLimits.bodyBytes))) == 413)
        machine.end()
        #expect(machine.requestBody(1) == .drop)
        #expect(machine.requestEnd() == .drop)
        #expect(machine.requestHead(Request(persistence: .kept)) == .drop)
    }

    @Test("a client that waits is told to go on only where no other answer is due")
    mutating func continues() {
        let waiting = Request(persistence: .kept, hasBody: true, waitsToContinue: true)
        #expect(machine.requestHead(waiting) == .keepAndContinue)
        #expect(machine.requestEnd() == .passAll)
        #expect(machine.requestHead(waiting) == .keep)
    }

    @Test("a refusal comes behind the answers that are due")
    mutating func refusal() {
        #expect(machine.requestHead(Request(persistence: .kept)) == .pass)
        #expect(machine.requestEnd() == .pass)
        #expect(status(machine.refuse(.malformed("x"))) == nil)
        #expect(status(machine.answerEnd()) == 400)
    }

    @Test("an old connection's next answer is its last; while it is idle it may be ended")
    mutating func age() {
        machine.grewOld()
        #expect(!machine.isQuiet && machine.isAgedAndIdle)
        #expect(machine.requestHead(Request(persistence: .kept)) == .pass)
        #expect(machine.requestEnd() == .pass)
        #expect(machine.persistence == .last && !machine.isAgedAndIdle)
        #expect(machine.requestHead(Request(persistence: .kept)) == .drop)
        #expect(isEnd(machine.answerEnd()))
    }

    @Test("a close during the wait for a counter comes behind its answer")
    mutating func counters() {
        machine.counterAsked()
        #expect(machine.close(isWhole: true, unsentBytes: 0, isActive: true) == .later)
        #expect(machine.mayGoOn(isWritable: true) == false)
        machine.counterAnswered()
        #expect(machine.mayGoOn(isWritable: false) == false)
        #expect(machine.mayGoOn(isWritable: true))
        #expect(isEnd(machine.wentOn()))
        #expect(machine.close(isWhole: true, unsentBytes: 0, isActive: true) == .atOnce)
        #expect(machine.close(isWhole: true, unsentBytes: 1, isActive: true) == .afterUnsent)
        #expect(machine.close(isWhole: false, unsentBytes: 0, isActive: true) == .afterUnsent)
    }

    @Test("nothing is read for a client that takes nothing, or while a counter is waited for; once, when that ends")
    mutating func reads() {
        #expect(machine.mayRead(isWritable: true) == true)
        #expect(machine.mayRead(isWritable: false) == false)
        #expect(machine.takeDueRead(isWritable: false) == false)
        #expect(machine.takeDueRead(isWritable: true) == true)
        #expect(machine.takeDueRead(isWritable: true) == false)
        machine.counterAsked()
        #expect(machine.mayRead(isWritable: true) == false)
        #expect(machine.takeDueRead(isWritable: true) == false)
        machine.counterAnswered()
        _ = machine.wentOn()
        #expect(machine.takeDueRead(isWritable: true) == true)
        machine.end()
        #expect(machine.mayRead(isWritable: false) == true, "to drop what comes")
    }
}
