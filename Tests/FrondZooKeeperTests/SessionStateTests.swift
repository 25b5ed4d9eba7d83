import Testing

@testable import FrondZooKeeper

@Suite("Which handle requests go to", .timeLimit(.minutes(5)))
struct SessionStateTests {
    private let patience = Duration.seconds(12)

    private func connected() -> SessionState {
        var state = SessionState(patience: patience)
        #expect(state.wanted(now: .zero) == .open(1))
        #expect(state.opened(1, now: .zero) == .nothing)
        #expect(state.received(.connected, of: 1, now: .seconds(1)) == .serve)
        return state
    }

    @Test("one handle is made for all that wait")
    func oneHandle() {
        var state = SessionState(patience: patience)
        #expect(state.wanted(now: .zero) == .open(1))
        #expect(state.wanted(now: .seconds(1)) == .wait)
        #expect(state.opened(1, now: .seconds(1)) == .nothing)
        #expect(state.wanted(now: .seconds(2)) == .wait)
        #expect(state.received(.connected, of: 1, now: .seconds(3)) == .serve)
        #expect(state.wanted(now: .seconds(3)) == .send)
    }

    @Test("a handle that finds its server before its maker knows of it is used as soon as he does")
    func fastServer() {
        var state = SessionState(patience: patience)
        #expect(state.wanted(now: .zero) == .open(1))
        #expect(state.received(.connected, of: 1, now: .zero) == .nothing)
        #expect(state.wanted(now: .zero) == .wait)
        #expect(state.opened(1, now: .zero) == .serve)
        #expect(state.wanted(now: .zero) == .send)
    }

    @Test("a handle that lost its server is waited for, and replaced when it finds none for too long")
    func patienceWithAHandle() {
        var state = connected()
        #expect(state.received(.disconnected, of: 1, now: .seconds(100)) == .nothing)
        #expect(state.received(.disconnected, of: 1, now: .seconds(111)) == .nothing)
        #expect(state.wanted(now: .seconds(111)) == .wait)
        #expect(state.wanted(now: .seconds(112)) == .open(2))
        #expect(state.received(.connected, of: 1, now: .seconds(112)) == .nothing)
        #expect(state.wanted(now: .seconds(112)) == .wait)
    }

    @Test("a handle that lost its server is replaced soon, since a restored one refuses it; a first one is waited for")
    func patienceAfterLoss() {
        var state = SessionState(patience: patience, patienceAfterLoss: .seconds(1))
        #expect(state.wanted(now: .zero) == .open(1))
        #expect(state.opened(1, now: .zero) == .nothing)
        #expect(state.wanted(now: .seconds(11)) == .wait)
        #expect(state.received(.connected, of: 1, now: .seconds(11)) == .serve)
        #expect(state.received(.disconnected, of: 1, now: .seconds(20)) == .nothing)
        #expect(state.wanted(now: .milliseconds(20_999)) == .wait)
        #expect(state.wanted(now: .seconds(21)) == .open(2))
        #expect(state.opened(2, now: .seconds(21)) == .nothing)
        #expect(state.wanted(now: .seconds(32)) == .wait)
        #expect(state.wanted(now: .seconds(33)) == .open(3))
    }

    @Test("a handle that finds its server again in time stays")
    func reconnected() {
        var state = connected()
        #expect(state.received(.disconnected, of: 1, now: .seconds(100)) == .nothing)
        #expect(state.received(.connected, of: 1, now: .seconds(111)) == .serve)
        #expect(state.wanted(now: .seconds(200)) == .send)
    }

    @Test("a session that expired, or was refused, gets another handle with the next request")
    func ended() {
        for (event, outcome) in [(SessionState.Event.expired, SessionState.Outcome.drop), (.refused, .refuse)] {
            var state = connected()
            #expect(state.received(event, of: 1, now: .seconds(5)) == outcome)
            #expect(state.received(event, of: 1, now: .seconds(5)) == .nothing)
            #expect(state.wanted(now: .seconds(5)) == .open(2))
            #expect(state.received(event, of: 1, now: .seconds(6)) == .nothing)
            #expect(state.opened(2, now: .seconds(6)) == .nothing)
        }
    }

    @Test("a handle whose session ended before its maker knew of it is closed")
    func endedWhileOpening() {
        var state = SessionState(patience: patience)
        #expect(state.wanted(now: .zero) == .open(1))
        #expect(state.received(.refused, of: 1, now: .zero) == .refuse)
        #expect(state.opened(1, now: .zero) == .drop)
        #expect(state.wanted(now: .zero) == .open(2))
    }

    @Test("a handle that cannot be made is tried again with the next request")
    func failedToOpen() {
        var state = SessionState(patience: patience)
        #expect(state.wanted(now: .zero) == .open(1))
        state.failedToOpen(1)
        #expect(state.wanted(now: .zero) == .open(2))
        state.failedToOpen(1)
        #expect(state.wanted(now: .zero) == .wait)
    }
}
