/// The choice of the client library's handle that requests go to, and of the time for another one.
///
/// A handle looks for a server by itself, and finds its session again on another one. It is of no use any more when the
/// session has expired, and when the servers have been wiped: they refuse a client that has seen more than they have.
///
/// A value without I/O; times are passed in.
struct SessionState: Sendable {
    private enum Phase: Sendable {
        case closed
        /// A handle is being made; it may find its server before its maker knows that it is there.
        case opening(isConnected: Bool)
        case connecting(since: Duration, patience: Duration)
        case connected
    }

    /// The state of a handle that the client library reports.
    enum Event: Hashable, Sendable {
        case connected
        case disconnected
        /// The handle is of no use any more.
        case expired
        /// The servers do not take our name and password; nor will they later by this handle.
        case refused
    }

    /// The next step of a request.
    enum Advice: Hashable, Sendable {
        case send
        case wait
        /// Make a handle of this number, in place of the one there is, and wait.
        case open(Int)
    }

    /// The work of the driver after an event.
    enum Outcome: Hashable, Sendable {
        case nothing
        /// Those that wait can send now.
        case serve
        /// Close the handle.
        case drop
        /// Close the handle, and tell those that wait that they are refused.
        case refuse
    }

    /// The longest time that a handle looks for its first server before another one takes its place.
    private let patience: Duration
    /// The same for a handle that had a server: servers that were wiped or restored refuse it for good.
    private let patienceAfterLoss: Duration
    private var phase = Phase.closed
    /// That of the newest handle.
    private var number = 0

    /// - Parameter patienceAfterLoss: nil for the same.
    init(patience: Duration, patienceAfterLoss: Duration? = nil) {
        self.patience = patience
        self.patienceAfterLoss = patienceAfterLoss ?? patience
    }

    mutating func wanted(now: Duration) -> Advice {
        switch phase {
        case .connected: return .send
        case .opening: return .wait
        case .connecting(let since, let patience) where now - since < patience: return .wait
        case .connecting, .closed:
            number += 1
            phase = .opening(isConnected: false)
            return .open(number)
        }
    }

    /// A handle was made.
    mutating func opened(_ number: Int, now: Duration) -> Outcome {
        guard number == self.number, case .opening(let isConnected) = phase else { return .drop }
        phase = isConnected ? .connected : .connecting(since: now, patience: patience)
        return isConnected ? .serve : .nothing
    }

    /// A handle could not be made.
    mutating func failedToOpen(_ number: Int) {
        guard number == self.number else { return }
        phase = .closed
    }

    mutating func received(_ event: Event, of number: Int, now: Duration) -> Outcome {
        guard number == self.number else { return .nothing }
        switch (event, phase) {
        case (_, .closed):
            return .nothing
        case (.connected, .opening):
            phase = .opening(isConnected: true)
            return .nothing
        case (.connected, _):
            phase = .connected
            return .serve
        case (.disconnected, .opening):
            phase = .opening(isConnected: false)
            return .nothing
        case (.disconnected, .connected):
            phase = .connecting(since: now, patience: patienceAfterLoss)
            return .nothing
        case (.disconnected, .connecting):
            return .nothing
        case (.expired, _):
            phase = .closed
            return .drop
        case (.refused, _):
            phase = .closed
            return .refuse
        }
    }
}
