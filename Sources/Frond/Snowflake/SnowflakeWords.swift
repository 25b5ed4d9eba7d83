/// The arithmetic of words: which IDs come next, given the time and the reservation.
///
/// A *word* is `tick << sequenceBits | sequence`. A lease is one cursor over the words, which says which comes next,
/// and a limit, which is the horizon. Values only: ``SnowflakeGenerator`` moves the cursor by compare-and-swap, the
/// simulation moves it in virtual time.
package struct SnowflakeWords: Sendable {
    package let layout: SnowflakeLayout
    /// The distance by which the words may run ahead of the clock; at least one tick.
    package let maxAheadTicks: Int64
    private let spreadSeed: UInt64
    private let sequenceBits: Int64
    private let endTick: Int64
    private let endWord: Int64

    /// - Parameter spreadSeed: where in a new tick the sequence begins is drawn by this.
    package init(layout: SnowflakeLayout, maxAhead: Duration, spreadSeed: UInt64) {
        self.layout = layout
        let tick = layout.tickMilliseconds
        maxAheadTicks = max(1, (maxAhead.wholeMilliseconds + tick - 1) / tick)
        self.spreadSeed = spreadSeed
        sequenceBits = Int64(layout.sequenceBits)
        endTick = layout.endTick
        endWord = layout.endTick << Int64(layout.sequenceBits)
    }

    // MARK: Time

    /// The tick that holds a moment: −1 before the epoch, and no more than one past the last.
    @inline(__always)
    package func tick(ofMilliseconds milliseconds: Int64) -> Int64 {
        let elapsed = milliseconds &- layout.epochMilliseconds
        if elapsed < 0 { return -1 }
        let tick = layout.tickMilliseconds == 1 ? elapsed : elapsed / layout.tickMilliseconds
        return min(tick, endTick)
    }

    /// The first word of a lease whose floor is this moment: no tick that began before it.
    package func firstWord(floorMilliseconds floor: Int64) -> Int64 {
        let tick = tick(ofMilliseconds: floor)
        if tick < 0 { return 0 }
        let isWhole = layout.milliseconds(ofTick: tick) >= floor
        return min(isWhole ? tick : tick + 1, endTick) << sequenceBits
    }

    /// The end of the words below a horizon: every tick that is over by then.
    package func limitWord(horizonMilliseconds horizon: Int64) -> Int64 {
        max(0, tick(ofMilliseconds: horizon)) << sequenceBits
    }

    /// The earliest horizon that covers every word below `next`: milliseconds since 1970-01-01T00:00:00Z.
    package func horizonMilliseconds(below next: Int64) -> Int64 {
        layout.milliseconds(ofTick: firstFreshTick(after: next))
    }

    /// The first tick of which no word below `next` is.
    package func firstFreshTick(after next: Int64) -> Int64 {
        let tick = next >> sequenceBits
        return next == tick << sequenceBits ? tick : tick + 1
    }

    // MARK: Claims

    /// Words that can be taken now: `first ..< end`, none where they are equal.
    package struct Claim: Sendable {
        package let first: Int64
        package let end: Int64
        package var isEmpty: Bool { first >= end }
    }

    /// The words that come next, at most `count` of them.
    ///
    /// In a tick that nothing was issued in and that the cursor has not run into, the sequence begins anywhere: so the
    /// low bits are evenly spread when there are few IDs. What this leaves out of a tick is borrowed from the next,
    /// and never more than one tick of it: once the cursor is ahead of the clock it goes up by one.
    /// - Parameters:
    ///   - count: 1 to 2^31.
    ///   - next: the cursor of an open lease: the first word not taken.
    ///   - now: the tick by the clock.
    ///   - limit: the end of what is reserved.
    @inline(__always)
    package func claim(_ count: Int64, next: Int64, now: Int64, limit: Int64) -> Claim {
        var first = next
        if next &>> sequenceBits < now { first = now &<< sequenceBits | start(inTick: now) }
        let end = min(min(now &+ maxAheadTicks &+ 1, endTick) &<< sequenceBits, limit)
        return Claim(first: first, end: min(first &+ count, end))
    }

    /// A number below 2^sequenceBits.
    @inline(never)
    private func start(inTick tick: Int64) -> Int64 {
        if sequenceBits == 0 { return 0 }
        let random = SplitMix64.mixed(UInt64(truncatingIfNeeded: tick) ^ spreadSeed)
        return Int64(truncatingIfNeeded: random &>> UInt64(truncatingIfNeeded: 64 &- sequenceBits))
    }

    /// The reason that a claim was empty.
    package enum Stall: Hashable, Sendable {
        /// The sequence has run as far ahead as it may. There is room when the clock reaches this tick.
        case full(untilTick: Int64)
        /// The clock is behind the cursor by this many ticks more than the cursor may be ahead.
        case behind(ticks: Int64)
        /// The reservation ends here.
        case horizon
        /// The layout ends here.
        case exhausted
    }

    /// The reason that ``claim(_:next:now:limit:)`` was empty for these.
    package func stall(next: Int64, now: Int64, limit: Int64) -> Stall {
        if next >= endWord || now >= endTick { return .exhausted }
        let behind = ticksBehind(next: next, now: now)
        if behind > 0 { return .behind(ticks: behind) }
        if max(next, now << sequenceBits) >= limit || next >> sequenceBits < now { return .horizon }
        return .full(untilTick: (next >> sequenceBits) - maxAheadTicks)
    }

    /// The distance of the clock behind the cursor, beyond what the cursor may be ahead; 0 where it is not.
    package func ticksBehind(next: Int64, now: Int64) -> Int64 {
        max(0, firstFreshTick(after: next) - 1 - now - maxAheadTicks)
    }
}

extension SnowflakeWords {
    /// The start of the cursor of a new lease.
    ///
    /// At or above its floor. Above all words of the lease before as well, so that the IDs of a process keep
    /// increasing, unless that is so far ahead that IDs would have to wait for the clock.
    /// - Parameters:
    ///   - previous: the cursor of the lease before, closed; 0 where there was none.
    ///   - now: the tick by the clock.
    package func firstWord(of lease: WorkerLease, after previous: Int64, now: Int64) -> Int64 {
        let first = firstWord(floorMilliseconds: lease.floorMilliseconds)
        let fresh = firstFreshTick(after: previous)
        guard fresh <= now + maxAheadTicks else { return first }
        return max(first, fresh << Int64(layout.sequenceBits))
    }
}
