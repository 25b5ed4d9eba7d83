import Frond
import Testing

@testable import FrondMySQL

@Suite("The rule for a switch of primaries")
struct MySQLStateMachineTests {
    private let failure = FrondError(.storeUnavailable, "no")

    private func attempt(_ machine: inout MySQLStateMachine, at now: Duration = .zero) throws
        -> MySQLStateMachine.Attempt
    {
        guard case .connect(let attempt) = machine.admit(now: now) else {
            throw FrondError(.storeUnavailable, "refused")
        }
        return attempt
    }

    @Test("a connection is believed until a write over it is refused, or it gets old")
    func handover() throws {
        var machine = MySQLStateMachine(addressCount: 1)
        let first = try attempt(&machine)
        #expect(!first.mustWrite)
        machine.connected(to: 0, first)
        #expect(machine.believes(first.generation, age: .seconds(299)))
        #expect(!machine.believes(first.generation, age: .seconds(300)))
        machine.refusedWrite(first.generation)
        #expect(!machine.believes(first.generation, age: .zero))
        let second = try attempt(&machine)
        #expect(second.mustWrite, "a connection counts only once a write was let through")
        machine.connected(to: 0, second)
        #expect(machine.believes(second.generation, age: .zero))
        #expect(try !attempt(&machine).mustWrite)
        // What was refused over an earlier connection says nothing of this one.
        machine.refusedWrite(first.generation)
        #expect(machine.believes(second.generation, age: .zero))
    }

    @Test("of several addresses the next is tried first once one takes no writes, and each must prove that it does")
    func addresses() throws {
        var machine = MySQLStateMachine(addressCount: 3)
        let first = try attempt(&machine)
        #expect(first.addresses == [0, 1, 2] && first.mustWrite)
        machine.connected(to: 1, first)
        #expect(try attempt(&machine).addresses == [1, 2, 0])
        machine.refusedWrite(first.generation)
        let second = try attempt(&machine)
        #expect(second.addresses == [2, 0, 1] && second.mustWrite)
        // A connection that was begun before the hand-over does not answer it.
        machine.connected(to: 1, first)
        #expect(try attempt(&machine) == second)
    }

    @Test("a connection that fell silent takes the others with it, and no write need be proved")
    func silence() throws {
        var machine = MySQLStateMachine(addressCount: 1)
        let first = try attempt(&machine)
        machine.connected(to: 0, first)
        machine.fellSilent(first.generation)
        #expect(!machine.believes(first.generation, age: .zero))
        #expect(try !attempt(&machine).mustWrite)
    }

    @Test("while no address answers one session at a time tries, within half a second")
    func pauses() throws {
        var machine = MySQLStateMachine(addressCount: 1)
        var now = Duration.zero
        _ = try attempt(&machine, at: now)
        machine.failed(failure, now: now, jitter: 1)
        for _ in 0..<20 {
            now += MySQLStateMachine.longestPause
            _ = try attempt(&machine, at: now)
            #expect(throws: FrondError.self) { try attempt(&machine, at: now) }
            machine.failed(failure, now: now, jitter: 1)
            #expect(throws: FrondError.self) { try attempt(&machine, at: now) }
        }
        now += MySQLStateMachine.longestPause
        // A server that answers, and takes no writes yet, is asked again at once.
        _ = try attempt(&machine, at: now)
        machine.answered()
        _ = try attempt(&machine, at: now)
    }

    @Test("any sequence of events leaves a way to connect, and believes no connection from before a hand-over")
    func anySequence() throws {
        for seed in 1...200 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            var machine = MySQLStateMachine(addressCount: Int.random(in: 1...4, using: &random))
            var now = Duration.zero
            var connections: [(attempt: MySQLStateMachine.Attempt, isOld: Bool)] = []
            for _ in 0..<200 {
                now += .milliseconds(Int.random(in: 0...600, using: &random))
                switch Int.random(in: 0..<4, using: &random) {
                case 0, 1:
                    guard case .connect(let attempt) = machine.admit(now: now) else { continue }
                    if Bool.random(using: &random) {
                        machine.connected(to: attempt.addresses.randomElement(using: &random) ?? 0, attempt)
                        connections.append((attempt, false))
                    } else {
                        machine.failed(failure, now: now, jitter: 0.5)
                    }
                case 2:
                    guard let connection = connections.last(where: { !$0.isOld }) else { continue }
                    machine.refusedWrite(connection.attempt.generation)
                    for index in connections.indices { connections[index].isOld = true }
                    guard case .connect(let next) = machine.admit(now: now + .seconds(10)) else { continue }
                    #expect(next.mustWrite)
                    machine.answered()
                default:
                    for connection in connections {
                        #expect(
                            machine.believes(connection.attempt.generation, age: .zero) != connection.isOld)
                    }
                }
            }
            guard case .connect = machine.admit(now: now + .seconds(10)) else {
                Issue.record("seed \(seed): no way to connect")
                return
            }
        }
    }
}
