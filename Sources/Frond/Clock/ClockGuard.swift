/// The state of a clock, for readiness.
public enum ClockState: Hashable, Sendable {
    case ok
    /// The wall clock is behind what was issued or seen before: no IDs until it catches up.
    case behind(by: Duration)
    /// The wall clock jumped ahead of the monotonic clock and is not believed yet: IDs go on with the monotonic clock.
    case ahead(by: Duration)
}

/// Decides which time to believe: the wall clock, unless it jumps away from the monotonic clock.
///
/// A value without a clock of its own. It remembers the last pair of readings that agreed; the *expected* time is that
/// pair moved on by the monotonic clock.
///
/// - A difference of at most ``maxForwardJump``, either way, is followed at once (time service, leap seconds).
/// - Further ahead is not followed until it has lasted for ``patience(for:)``; the expected time serves meanwhile.
///   A jump by mistake that is mended within that time costs nothing. One that lasts is followed in the end (a machine
///   that was frozen for a day must come back); if it was wrong after all, it has cost the future of one worker ID.
/// - Further back is reported as it is, since the words of a lease never go back with it. It becomes the new normal
///   after the same patience, or with ``accept(wallMilliseconds:monotonic:)``.
package struct ClockGuard: Sendable {
    /// Between two readings that are believed; milliseconds.
    private let maxForwardJump: Int64
    private var agreed: (wallMilliseconds: Int64, monotonic: Duration)
    private var jump: (since: Duration, difference: Int64)?
    package private(set) var state = ClockState.ok

    package init(maxForwardJump: Duration, wallMilliseconds: Int64, monotonic: Duration) {
        self.maxForwardJump = maxForwardJump.wholeMilliseconds
        agreed = (wallMilliseconds, monotonic)
    }

    /// The time that a jump must last before it is followed: a hundredth of its size, 10 seconds to 10 minutes.
    static func patience(for difference: Int64) -> Duration {
        min(max(.milliseconds(difference.magnitude / 100), .seconds(10)), .seconds(600))
    }

    /// Wall clock readings below this need not be looked at.
    package var trustedUntilMilliseconds: Int64 {
        jump == nil ? agreed.wallMilliseconds &+ maxForwardJump : .min
    }

    /// Takes a reading of both clocks, the wall clock read first.
    /// - Returns: the time to issue by, in milliseconds since 1970-01-01T00:00:00Z.
    package mutating func observe(wallMilliseconds wall: Int64, monotonic: Duration) -> Int64 {
        let expected = agreed.wallMilliseconds + (monotonic - agreed.monotonic).wholeMilliseconds
        let difference = wall - expected
        guard difference.magnitude > maxForwardJump.magnitude else {
            accept(wallMilliseconds: wall, monotonic: monotonic)
            return wall
        }
        guard let jump, (jump.difference - difference).magnitude <= maxForwardJump.magnitude else {
            jump = (monotonic, difference)
            return note(difference, wall: wall, expected: expected)
        }
        guard monotonic - jump.since < Self.patience(for: difference) else {
            accept(wallMilliseconds: wall, monotonic: monotonic)
            return wall
        }
        return note(difference, wall: wall, expected: expected)
    }

    /// Takes the wall clock as right from now on.
    package mutating func accept(wallMilliseconds: Int64, monotonic: Duration) {
        agreed = (wallMilliseconds, monotonic)
        jump = nil
        state = .ok
    }

    private mutating func note(_ difference: Int64, wall: Int64, expected: Int64) -> Int64 {
        if difference > 0 {
            state = .ahead(by: .milliseconds(difference))
            return expected
        }
        state = .behind(by: .milliseconds(-difference))
        return wall
    }
}

extension Duration {
    /// Rounded up.
    package var wholeSeconds: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }

    /// Rounded toward zero.
    package var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
