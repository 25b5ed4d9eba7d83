import Frond
import Logging
import Synchronization

/// A session with ZooKeeper that makes itself a new one when it has to. Closed with its last use.
final class ZooKeeperSession: Sendable {
    /// The maximum number of times a request that changes nothing is sent while connections are lost on the way.
    private static let maxTries = 3
    /// The time after which a handle that lost its servers is replaced: short, since a holder must have looked at a
    /// registry that was restored before a new holder issues, which waits 3 seconds.
    private static let patienceAfterLoss = Duration.seconds(1)

    private enum Turn: Sendable {
        case handle(ZooKeeperHandle)
        /// The handle that was waited for is of no use: ask for another one.
        case again
        case failed(FrondError)
    }

    private struct State {
        var session: SessionState
        var handle: ZooKeeperHandle?
        var waiters: [OneShot<Turn>] = []

        mutating func takeWaiters() -> [OneShot<Turn>] {
            defer { waiters = [] }
            return waiters
        }
    }

    let configuration: ZooKeeperConfiguration
    private let state: Mutex<State>
    private let startedAt = ContinuousClock.now
    private let openingThread = BlockingThread()
    private let closingThread = BlockingThread()

    init(_ configuration: ZooKeeperConfiguration) {
        self.configuration = configuration
        let session = SessionState(
            patience: configuration.sessionTimeout * 2, patienceAfterLoss: Self.patienceAfterLoss)
        state = Mutex(State(session: session))
    }

    /// The deadline of a call that begins now.
    var deadline: ContinuousClock.Instant { .now + configuration.callTimeout }

    /// Sends requests that change nothing, again where the connection is lost on the way.
    func read(_ requests: [Request], until deadline: ContinuousClock.Instant) async throws(FrondError) -> [Reply] {
        for _ in 1..<Self.maxTries {
            let replies = try await send(requests, until: deadline)
            if !replies.contains(where: { $0.failure == .interrupted }) { return replies }
        }
        return try await send(requests, until: deadline)
    }

    /// Sends requests, in one go and on one connection.
    /// - Throws: `registryUnavailable` where not all replies are there at the deadline.
    func send(_ requests: [Request], until deadline: ContinuousClock.Instant) async throws(FrondError) -> [Reply] {
        let handle = try await connectedHandle(until: deadline)
        let batch = ReplyBatch(count: requests.count)
        for (index, request) in requests.enumerated() { handle.send(request, replyTo: batch, index) }
        guard let replies = await batch.replies(until: deadline) else { throw .silent(configuration) }
        return replies
    }

    /// The handle that is connected; waits until there is one.
    func connectedHandle(until deadline: ContinuousClock.Instant) async throws(FrondError) -> ZooKeeperHandle {
        while true {
            let (turn, opening) = turn()
            if let opening { open(opening) }
            // Asked again before the deadline: the handle may be due to be replaced by then.
            let pause = min(deadline, .now + Self.patienceAfterLoss / 4)
            switch await turn.value(until: pause, orElse: .again) {
            case .handle(let handle): return handle
            case .again:
                state.withLock { state in state.waiters.removeAll { $0 === turn } }
                guard ContinuousClock.now < deadline else { throw .silent(configuration) }
            case .failed(let error): throw error
            }
        }
    }

    /// The handle that a request waits for, and the number of the handle that is to be made for it.
    private func turn() -> (turn: OneShot<Turn>, opening: Int?) {
        let turn = OneShot<Turn>()
        let (handle, opening, old) = state.withLock { state -> (ZooKeeperHandle?, Int?, ZooKeeperHandle?) in
            let advice = state.session.wanted(now: now)
            if case .send = advice, let handle = state.handle { return (handle, nil, nil) }
            state.waiters.append(turn)
            guard case .open(let number) = advice else { return (nil, nil, nil) }
            defer { state.handle = nil }
            return (nil, number, state.handle)
        }
        // The old handle goes here, outside the lock.
        withExtendedLifetime(old) {}
        if let handle { turn.resolve(.handle(handle)) }
        return (turn, opening)
    }

    private func open(_ number: Int) {
        let isTaken = openingThread.start { [weak self] in self?.openNow(number) }
        if !isTaken { failed(number, .silent(configuration)) }
    }

    /// On the thread for that.
    private func openNow(_ number: Int) {
        do throws(FrondError) {
            let handle = try ZooKeeperHandle(configuration, closingThread: closingThread) { [weak self] event in
                self?.received(event, of: number)
            }
            let (outcome, waiters) = state.withLock { state -> (SessionState.Outcome, [OneShot<Turn>]) in
                let outcome = state.session.opened(number, now: now)
                if outcome != .drop { state.handle = handle }
                return (outcome, outcome == .nothing ? [] : state.takeWaiters())
            }
            for waiter in waiters { waiter.resolve(outcome == .serve ? .handle(handle) : .again) }
        } catch {
            failed(number, error)
        }
    }

    private func failed(_ number: Int, _ error: FrondError) {
        let waiters = state.withLock { state in
            state.session.failedToOpen(number)
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resolve(.failed(error)) }
    }

    /// On a thread of the client library: nothing here waits.
    private func received(_ event: SessionState.Event, of number: Int) {
        let (turn, waiters, old) = state.withLock { state -> (Turn, [OneShot<Turn>], ZooKeeperHandle?) in
            switch state.session.received(event, of: number, now: now) {
            case .nothing: return (.again, [], nil)
            case .serve: return (state.handle.map { .handle($0) } ?? .again, state.takeWaiters(), nil)
            case .drop:
                defer { state.handle = nil }
                return (.again, state.takeWaiters(), state.handle)
            case .refuse:
                defer { state.handle = nil }
                return (.failed(.refused(configuration)), state.takeWaiters(), state.handle)
            }
        }
        withExtendedLifetime(old) {}
        for waiter in waiters { waiter.resolve(turn) }
    }

    private var now: Duration { startedAt.duration(to: .now) }
}
