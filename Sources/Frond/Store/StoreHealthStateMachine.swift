/// Decides if a store may be asked: one probe at a time while it is down, so that a dead store costs no caller a wait.
///
/// A pure state machine, shared by all tags of a store.
package struct StoreHealthStateMachine: Sendable {
    /// The wait after the first failure; doubles with each further one.
    static let firstPause = Duration.milliseconds(50)
    /// The default of the longest wait between two probes.
    package static let longestPause = Duration.seconds(2)
    /// The time after which a probe without an answer no longer keeps other callers from trying.
    static let probePatience = Duration.seconds(5)

    private enum State: Sendable {
        case up
        case down(until: Duration, pause: Duration, error: FrondError)
        case probing(since: Duration, pause: Duration, error: FrondError)
    }

    package enum Admission: Sendable {
        case admitted
        case refused(FrondError)
    }

    private var state = State.up
    private let longestPause: Duration

    /// - Parameter longestPause: the longest wait between two probes.
    package init(longestPause: Duration = StoreHealthStateMachine.longestPause) {
        self.longestPause = longestPause
    }

    /// The error that keeps the store from being asked; nil while it answers.
    package var failure: FrondError? {
        switch state {
        case .up: nil
        case .down(_, _, let error), .probing(_, _, let error): error
        }
    }

    /// Asks to call the store at `now`; while it is down, one caller a pause is let through.
    package mutating func admit(now: Duration) -> Admission {
        switch state {
        case .up:
            return .admitted
        case .down(let until, let pause, let error):
            guard now >= until else { return .refused(error.retrying(after: until - now)) }
            state = .probing(since: now, pause: pause, error: error)
            return .admitted
        case .probing(let since, let pause, let error):
            guard now >= since + Self.probePatience else { return .refused(error.retrying(after: pause)) }
            state = .probing(since: now, pause: pause, error: error)
            return .admitted
        }
    }

    package mutating func succeeded() {
        state = .up
    }

    /// - Parameter jitter: 0 to 1, to keep servers from probing in step.
    package mutating func failed(_ error: FrondError, now: Duration, jitter: Double) {
        let pause =
            switch state {
            case .up: Self.firstPause
            // Calls that were under way when the store went down say nothing new.
            case .down(_, let pause, _): pause
            case .probing(_, let pause, _): min(pause * 2, longestPause)
            }
        state = .down(until: now + pause * (0.5 + jitter / 2), pause: pause, error: error)
    }
}

extension FrondError {
    fileprivate func retrying(after pause: Duration) -> FrondError {
        var error = self
        error.retryAfter = pause
        return error
    }
}
