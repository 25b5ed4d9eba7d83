import GRPCCore
import NIOCore
import Testing

@testable import FrondServer

/// Expects what a mutating event returns, which the macro cannot call.
private func check(_ condition: Bool, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(condition, sourceLocation: sourceLocation)
}

@Suite("The gate of large answers")
struct AnswerGateTests {
    @Test("admits a few at a time and lets connections take turns")
    func turns() {
        var gate = AnswerGateStateMachine(places: 2)
        check(gate.take(1) && gate.take(1))
        check(!gate.take(1) && !gate.take(2) && !gate.take(2) && !gate.take(3))
        check(gate.returnPlace() == 1)
        // The place is kept for the connection that was woken.
        check(!gate.take(4))
        check(gate.take(1))
        check(gate.returnPlace() == 2)
        check(gate.pass(2) == 3)
        check(gate.take(3))
        check(gate.returnPlace() == 4)
        check(gate.leave(4) == nil)
        check(gate.take(5))
    }

    @Test("keeps no place for a connection that has ended")
    func leaving() {
        var gate = AnswerGateStateMachine(places: 1)
        check(gate.take(1))
        check(!gate.take(2) && !gate.take(3))
        check(gate.leave(2) == nil)
        check(gate.returnPlace() == 3)
        check(gate.leave(3) == nil)
        check(gate.take(4))
    }
}

@Suite("The exchange of a call")
struct CallExchangeTests {
    private typealias Machine = CallStateMachine<Int>

    private static func message(_ count: Int) -> MessageBytes { MessageBytes(repeating: 1, count: count) }

    private static func isWait(_ action: Machine.TakeAction) -> Bool { if case .wait = action { true } else { false } }
    private static func isEnd(_ action: Machine.TakeAction) -> Bool { if case .end = action { true } else { false } }
    private static func isFailure(_ action: Machine.TakeAction) -> Bool {
        if case .fail = action { true } else { false }
    }
    private static func hasRoom(_ action: Machine.TakeAction) -> Bool? {
        if case .part(_, let hasRoom) = action { hasRoom } else { nil }
    }

    @Test("wakes the reader for each part, and gives the end after all parts")
    func reading() {
        var machine = Machine(unsentLimit: 100, inboxLimit: 4)
        check(Self.isWait(machine.take()))
        check(machine.wait(reader: 7))
        check(machine.receive(.metadata([:])) == 7)
        check(machine.receive(.message(Self.message(1))) == nil)
        check(machine.receiveEnd() == nil)
        check(!machine.wait(reader: 8))
        check(Self.hasRoom(machine.take()) == false && Self.hasRoom(machine.take()) == false)
        check(Self.isEnd(machine.take()))
    }

    @Test("holds messages back that the handler does not take, and asks for them once it does")
    func holdingBack() {
        var machine = Machine(unsentLimit: 100, inboxLimit: 4)
        for _ in 0..<4 {
            check(machine.hasRoom())
            _ = machine.receive(.message(Self.message(1)))
        }
        check(!machine.hasRoom())
        check(Self.hasRoom(machine.take()) == false)
        check(Self.hasRoom(machine.take()) == true)
        check(Self.hasRoom(machine.take()) == false)
    }

    @Test("makes a writer wait until the client has taken half of what it may leave unread")
    func writing() {
        var machine = Machine(unsentLimit: 100, inboxLimit: 4)
        check(machine.write(.message(Self.message(95))) == .schedule)
        check(!machine.mustWaitToWrite && !machine.wait(writer: 1))
        check(machine.write(.message(Self.message(15))) == .nothing)
        check(machine.mustWaitToWrite && machine.wait(writer: 1))
        check(machine.flush().count == 2)
        check(machine.mustWaitToWrite)
        check(machine.sent(60) == [])
        check(machine.sent(20) == [1])
        check(machine.write(.message(Self.message(1))) == .schedule)
    }

    @Test("lets everyone go when the call ends, however it ends")
    func ending() {
        var machine = Machine(unsentLimit: 10, inboxLimit: 4)
        check(machine.wait(reader: 1))
        _ = machine.write(.message(Self.message(20)))
        check(machine.wait(writer: 2) && machine.wait(writer: 3))
        check(machine.end(RPCError(code: .unavailable, message: "")) == [2, 3, 1])
        check(machine.end(RPCError(code: .unavailable, message: "")) == [])
        check(Self.isFailure(machine.take()))
        check(machine.write(.message(Self.message(1))) == .fail && machine.flush().isEmpty)
        check(!machine.wait(writer: 4) && !machine.wait(reader: 4))
        check(machine.receive(.message(Self.message(1))) == nil)
    }

    @Test("takes no answer after the status")
    func status() {
        var machine = Machine(unsentLimit: 10, inboxLimit: 4)
        check(machine.write(.status(Status(code: .ok, message: ""), [:])) == .schedule)
        check(machine.write(.message(Self.message(1))) == .fail)
    }
}

@Suite("The life of a connection")
struct ConnectionLifeTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    private func machine(age: TimeAmount? = nil) -> CallConnectionStateMachine {
        CallConnectionStateMachine(limits: TransportLimits(), now: Self.start, age: age, grace: .seconds(10))
    }

    @Test("a silent client is asked after a minute, and closed where it does not answer")
    func keepalive() {
        var state = machine()
        check(state.look(at: Self.start + .seconds(59)) == .nothing)
        check(state.look(at: Self.start + .seconds(60)) == .ping)
        check(state.look(at: Self.start + .seconds(79)) == .nothing)
        state.heard(at: Self.start + .seconds(79))
        check(state.look(at: Self.start + .seconds(100)) == .nothing)
        check(state.look(at: Self.start + .seconds(139)) == .ping)
        check(state.look(at: Self.start + .seconds(159)) == .close)
        check(state.look(at: Self.start + .seconds(999)) == .nothing)
    }

    @Test("an end is announced, then calls are refused, and the last answer closes the connection")
    func drain() {
        var state = machine()
        state.streamOpened(1)
        state.streamOpened(3)
        check(state.beginEnd(at: Self.start) == .announceEnd)
        check(state.beginEnd(at: Self.start) == .nothing)
        check(!state.refusesCalls)
        state.streamOpened(5)
        check(state.endWasHeard() == .sendLastGoAway(lastStream: 5))
        check(state.refusesCalls && state.closeIfDone() == .nothing)
        check(state.streamClosed() == .nothing && state.streamClosed() == .nothing)
        check(state.streamClosed() == .close)
    }

    @Test("an end that the client does not hear of is final after a second, and closed after the grace")
    func deafClient() {
        var state = machine()
        state.streamOpened(1)
        _ = state.beginEnd(at: Self.start)
        check(state.look(at: Self.start + .milliseconds(999)) == .nothing)
        check(state.look(at: Self.start + .seconds(1)) == .sendLastGoAway(lastStream: 1))
        check(state.look(at: Self.start + .seconds(9)) == .nothing)
        check(state.look(at: Self.start + .seconds(10)) == .close)
    }

    @Test("a connection of some age is told to end")
    func age() {
        var state = machine(age: .seconds(30))
        check(state.look(at: Self.start + .seconds(29)) == .nothing)
        check(state.look(at: Self.start + .seconds(30)) == .announceEnd)
        check(state.endWasHeard() == .sendLastGoAway(lastStream: 0))
        check(state.closeIfDone() == .close)
    }
}
