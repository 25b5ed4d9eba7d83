import GRPCCore
import NIOCore
import Testing

@testable import FrondServer

@Suite("The gate of large answers")
struct AnswerGateTests {
    @Test("admits a few at a time and lets connections take turns")
    func turns() {
        var gate = AnswerGateStateMachine(places: 2)
        #expect(gate.take(1) && gate.take(1))
        #expect(!gate.take(1) && !gate.take(2) && !gate.take(2) && !gate.take(3))
        #expect(gate.returnPlace() == 1)
        // The place is kept for the connection that was woken.
        #expect(!gate.take(4))
        #expect(gate.take(1))
        #expect(gate.returnPlace() == 2)
        #expect(gate.pass(2) == 3)
        #expect(gate.take(3))
        #expect(gate.returnPlace() == 4)
        #expect(gate.leave(4) == nil)
        #expect(gate.take(5))
    }

    @Test("keeps no place for a connection that has ended")
    func leaving() {
        var gate = AnswerGateStateMachine(places: 1)
        #expect(gate.take(1))
        #expect(!gate.take(2) && !gate.take(3))
        #expect(gate.leave(2) == nil)
        #expect(gate.returnPlace() == 3)
        #expect(gate.leave(3) == nil)
        #expect(gate.take(4))
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
        #expect(Self.isWait(machine.take()))
        #expect(machine.wait(reader: 7))
        #expect(machine.receive(.metadata([:])) == 7)
        #expect(machine.receive(.message(Self.message(1))) == nil)
        #expect(machine.receiveEnd() == nil)
        #expect(!machine.wait(reader: 8))
        #expect(Self.hasRoom(machine.take()) == false && Self.hasRoom(machine.take()) == false)
        #expect(Self.isEnd(machine.take()))
    }

    @Test("holds messages back that the handler does not take, and asks for them once it does")
    func holdingBack() {
        var machine = Machine(unsentLimit: 100, inboxLimit: 4)
        for _ in 0..<4 {
            #expect(machine.hasRoom())
            _ = machine.receive(.message(Self.message(1)))
        }
        #expect(!machine.hasRoom())
        #expect(Self.hasRoom(machine.take()) == false)
        #expect(Self.hasRoom(machine.take()) == true)
        #expect(Self.hasRoom(machine.take()) == false)
    }

    @Test("makes a writer wait until the client has taken half of what it may leave unread")
    func writing() {
        var machine = Machine(unsentLimit: 100, inboxLimit: 4)
        #expect(machine.write(.message(Self.message(95))) == .schedule)
        #expect(!machine.mustWaitToWrite && !machine.wait(writer: 1))
        #expect(machine.write(.message(Self.message(15))) == .nothing)
        #expect(machine.mustWaitToWrite && machine.wait(writer: 1))
        #expect(machine.flush().count == 2)
        #expect(machine.mustWaitToWrite)
        #expect(machine.sent(60) == [])
        #expect(machine.sent(20) == [1])
        #expect(machine.write(.message(Self.message(1))) == .schedule)
    }

    @Test("lets everyone go when the call ends, however it ends")
    func ending() {
        var machine = Machine(unsentLimit: 10, inboxLimit: 4)
        #expect(machine.wait(reader: 1))
        _ = machine.write(.message(Self.message(20)))
        #expect(machine.wait(writer: 2) && machine.wait(writer: 3))
        #expect(machine.end(RPCError(code: .unavailable, message: "")) == [2, 3, 1])
        #expect(machine.end(RPCError(code: .unavailable, message: "")) == [])
        #expect(Self.isFailure(machine.take()))
        #expect(machine.write(.message(Self.message(1))) == .fail && machine.flush().isEmpty)
        #expect(!machine.wait(writer: 4) && !machine.wait(reader: 4))
        #expect(machine.receive(.message(Self.message(1))) == nil)
    }

    @Test("takes no answer after the status")
    func status() {
        var machine = Machine(unsentLimit: 10, inboxLimit: 4)
        #expect(machine.write(.status(Status(code: .ok, message: ""), [:])) == .schedule)
        #expect(machine.write(.message(Self.message(1))) == .fail)
    }
}

@Suite("The life of a connection")
struct ConnectionLifeTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    private func machine(age: TimeAmount? = nil) -> ConnectionStateMachine {
        ConnectionStateMachine(limits: TransportLimits(), now: Self.start, age: age, grace: .seconds(10))
    }

    @Test("a silent client is asked after a minute, and closed where it does not answer")
    func keepalive() {
        var state = machine()
        #expect(state.look(at: Self.start + .seconds(59)) == .nothing)
        #expect(state.look(at: Self.start + .seconds(60)) == .ping)
        #expect(state.look(at: Self.start + .seconds(79)) == .nothing)
        state.heard(at: Self.start + .seconds(79))
        #expect(state.look(at: Self.start + .seconds(100)) == .nothing)
        #expect(state.look(at: Self.start + .seconds(139)) == .ping)
        #expect(state.look(at: Self.start + .seconds(159)) == .close)
        #expect(state.look(at: Self.start + .seconds(999)) == .nothing)
    }

    @Test("an end is announced, then calls are refused, and the last answer closes the connection")
    func drain() {
        var state = machine()
        state.streamOpened(1)
        state.streamOpened(3)
        #expect(state.beginEnd(at: Self.start) == .announceEnd)
        #expect(state.beginEnd(at: Self.start) == .nothing)
        #expect(!state.refusesCalls)
        state.streamOpened(5)
        #expect(state.endWasHeard() == .sendLastGoAway(lastStream: 5))
        #expect(state.refusesCalls && state.closeIfDone() == .nothing)
        #expect(state.streamClosed() == .nothing && state.streamClosed() == .nothing)
        #expect(state.streamClosed() == .close)
    }

    @Test("an end that the client does not hear of is final after a second, and closed after the grace")
    func deafClient() {
        var state = machine()
        state.streamOpened(1)
        _ = state.beginEnd(at: Self.start)
        #expect(state.look(at: Self.start + .milliseconds(999)) == .nothing)
        #expect(state.look(at: Self.start + .seconds(1)) == .sendLastGoAway(lastStream: 1))
        #expect(state.look(at: Self.start + .seconds(9)) == .nothing)
        #expect(state.look(at: Self.start + .seconds(10)) == .close)
    }

    @Test("a connection of some age is told to end")
    func age() {
        var state = machine(age: .seconds(30))
        #expect(state.look(at: Self.start + .seconds(29)) == .nothing)
        #expect(state.look(at: Self.start + .seconds(30)) == .announceEnd)
        #expect(state.endWasHeard() == .sendLastGoAway(lastStream: 0))
        #expect(state.closeIfDone() == .close)
    }
}
