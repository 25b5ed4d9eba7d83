import NIOCore

/// Decides when a connection is asked whether it lives, told to end, and closed. Time is passed in.
struct CallConnectionStateMachine: Sendable {
    enum Action: Equatable {
        case nothing
        /// Tells the client to begin no more calls here, and measures the way there and back with a PING.
        case announceEnd
        /// Refuses calls after the last one that was seen.
        case sendLastGoAway(lastStream: Int)
        case ping
        case close
    }

    private enum Phase: Equatable {
        case open
        /// The client is told; calls that were on their way are taken until the time.
        case announced(until: NIODeadline)
        /// No further call is taken.
        case draining
        case closed
    }

    private let limits: TransportLimits
    private var phase = Phase.open
    private var streams = 0
    private var lastStream = 0
    private var lastHeard: NIODeadline
    /// The time of the PING that waits for its answer.
    private var pinged: NIODeadline?
    private var endOfLife: NIODeadline?
    /// The time at which a connection that is told to end is closed, whatever is under way.
    private var endOfGrace: NIODeadline?
    private let grace: TimeAmount

    /// - Parameters:
    ///   - age: the time after which the client is told to connect anew; nil for none.
    ///   - grace: the time that calls under way have then.
    init(limits: TransportLimits, now: NIODeadline, age: TimeAmount?, grace: TimeAmount) {
        self.limits = limits
        self.grace = grace
        lastHeard = now
        endOfLife = age.map { now + $0 }
    }

    /// True once new calls are refused.
    var refusesCalls: Bool { phase == .draining || phase == .closed }
    var isClosed: Bool { phase == .closed }
    /// True until the client is told to end.
    var isOpen: Bool { phase == .open }

    /// Something came from the client.
    mutating func heard(at now: NIODeadline) {
        lastHeard = now
        pinged = nil
    }

    mutating func streamOpened(_ stream: Int) {
        streams += 1
        lastStream = max(lastStream, stream)
    }

    /// A stream began and ended at once.
    mutating func streamAnswered(_ stream: Int) { lastStream = max(lastStream, stream) }

    mutating func streamClosed() -> Action {
        streams = max(0, streams - 1)
        return closeIfDone()
    }

    /// The server shuts down, or the connection has reached its age.
    mutating func beginEnd(at now: NIODeadline) -> Action {
        guard phase == .open else { return .nothing }
        phase = .announced(until: now + limits.goAwayNotice)
        endOfGrace = now + grace
        return .announceEnd
    }

    /// The client has answered the PING that went with the announcement: it knows.
    mutating func endWasHeard() -> Action {
        guard case .announced = phase else { return .nothing }
        phase = .draining
        return .sendLastGoAway(lastStream: lastStream)
    }

    /// After the last GOAWAY, and whenever a stream has ended.
    mutating func closeIfDone() -> Action {
        guard phase == .draining, streams == 0 else { return .nothing }
        phase = .closed
        return .close
    }

    mutating func closed() { phase = .closed }

    /// A look at the connection, every ``TransportLimits/look``.
    mutating func look(at now: NIODeadline) -> Action {
        if phase == .closed { return .nothing }
        if let endOfGrace, now >= endOfGrace {
            phase = .closed
            return .close
        }
        if case .announced(let until) = phase, now >= until { return endWasHeard() }
        if let endOfLife, now >= endOfLife, phase == .open { return beginEnd(at: now) }
        if let pinged {
            guard now >= pinged + limits.keepaliveAnswer else { return .nothing }
            phase = .closed
            return .close
        }
        guard now >= lastHeard + limits.keepalive else { return .nothing }
        pinged = now
        return .ping
    }
}
