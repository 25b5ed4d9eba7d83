/// Decides when a server that is asked to stop ends.
///
/// Asked once, it is not ready any more and goes on serving for a delay, in which balancers learn that; asked again, or
/// after the delay, it ends.
struct DrainStateMachine {
    /// An order to the caller after an event.
    enum Action: Equatable {
        case none
        /// Answer that the server is not ready, and tell the time again after so long.
        case delay(Duration)
        /// End: stop accepting, and answer the requests under way.
        case end
    }

    private enum Phase: Equatable {
        case serving
        case delaying(until: Duration)
        case ended
    }

    /// The time between the request to stop and the end.
    let delay: Duration
    private var phase = Phase.serving

    init(delay: Duration) {
        self.delay = delay
    }

    /// True once the server was asked to stop.
    var isDraining: Bool { phase != .serving }

    /// - Parameter now: the time of a clock that does not jump.
    mutating func askedToStop(at now: Duration) -> Action {
        switch phase {
        case .serving where delay > .zero:
            phase = .delaying(until: now + delay)
            return .delay(delay)
        case .serving, .delaying:
            phase = .ended
            return .end
        case .ended: return .none
        }
    }

    mutating func timePassed(at now: Duration) -> Action {
        guard case .delaying(let end) = phase else { return .none }
        guard now >= end else { return .delay(end - now) }
        phase = .ended
        return .end
    }
}
