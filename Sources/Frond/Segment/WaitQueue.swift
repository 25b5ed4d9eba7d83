/// A claim on slots, part of which may be covered already.
struct PendingClaim<Waiter: Sendable>: Sendable {
    /// The slots that are not covered yet.
    private(set) var slots: Range<Int64>
    let firstClaimed: Int64
    let deadline: Duration
    let waiter: Waiter?
    private(set) var claimed = Claimed()

    init(slots: Range<Int64>, deadline: Duration, waiter: Waiter?) {
        self.slots = slots
        firstClaimed = slots.lowerBound
        self.deadline = deadline
        self.waiter = waiter
    }

    var isComplete: Bool { slots.isEmpty }

    /// True where what was taken so far is the last of what `window` and those before it cover: no higher number is
    /// out.
    func tookAllUpTo(_ window: SegmentWindow) -> Bool {
        claimed.lostSlots == 0 && !claimed.numbers.isEmpty && slots.lowerBound == window.limit
    }

    /// Takes what the windows cover; slots below the current window that none covers are lost.
    mutating func take(from past: [SegmentWindow], and current: SegmentWindow) {
        for window in past { take(from: window) }
        take(from: current)
        lose(upTo: current.limit)
    }

    mutating func take(from window: SegmentWindow) {
        let covered = slots.clamped(to: window.slots)
        guard !covered.isEmpty else { return }
        lose(upTo: covered.lowerBound)
        claimed.numbers.append(window.numbers(of: covered))
        slots = covered.upperBound..<slots.upperBound
    }

    private mutating func lose(upTo end: Int64) {
        let end = min(end, slots.upperBound)
        guard end > slots.lowerBound else { return }
        claimed.lostSlots += end - slots.lowerBound
        slots = end..<slots.upperBound
    }
}

/// The claims that wait for a segment, in the order of their slots.
struct WaitQueue<Waiter: Sendable>: Sendable {
    private var claims: [PendingClaim<Waiter>] = []
    /// The number of numbers that the waiting claims still want.
    private(set) var slotsWanted: Int64 = 0

    var isEmpty: Bool { claims.isEmpty }
    var count: Int { claims.count }
    var firstSlot: Int64? { claims.first?.slots.lowerBound }
    /// The numbers that the first claim still wants; 0 where none waits.
    var firstWanted: Int64 { claims.first.map { Int64($0.slots.count) } ?? 0 }
    /// The slots of waiting claims from the first on, up to the next slot that no waiting claim has.
    var firstRun: Int64 {
        var end = firstSlot ?? 0
        for claim in claims {
            guard claim.slots.lowerBound == end else { break }
            end = claim.slots.upperBound
        }
        return end - (firstSlot ?? 0)
    }
    /// True where every claim stands right behind the one before.
    var isOneRun: Bool { firstRun == slotsWanted }
    var earliestDeadline: Duration? { claims.lazy.map(\.deadline).min() }

    mutating func insert(_ claim: PendingClaim<Waiter>) {
        // Claims come almost in order: look from the end.
        var index = claims.endIndex
        while index > 0, claims[index - 1].slots.lowerBound > claim.slots.lowerBound { index -= 1 }
        claims.insert(claim, at: index)
        slotsWanted += Int64(claim.slots.count)
    }

    /// Takes what a new window covers; returns the claims that this completes.
    mutating func take(from window: SegmentWindow) -> [PendingClaim<Waiter>] {
        for index in claims.indices {
            guard claims[index].slots.lowerBound < window.limit else { break }
            claims[index].take(from: window)
        }
        return removeAll(where: \.isComplete)
    }

    mutating func removeFirst() -> PendingClaim<Waiter>? {
        guard let claim = claims.first else { return nil }
        claims.removeFirst()
        slotsWanted -= Int64(claim.slots.count)
        return claim
    }

    mutating func takeExpired(now: Duration) -> [PendingClaim<Waiter>] {
        removeAll { $0.deadline <= now }
    }

    mutating func takeAll() -> [PendingClaim<Waiter>] {
        removeAll { _ in true }
    }

    mutating func remove(firstClaimed slot: Int64) -> PendingClaim<Waiter>? {
        removeAll { $0.firstClaimed == slot }.first
    }

    private mutating func removeAll(where isRemoved: (PendingClaim<Waiter>) -> Bool) -> [PendingClaim<Waiter>] {
        let removed = claims.filter(isRemoved)
        if !removed.isEmpty { claims.removeAll(where: isRemoved) }
        slotsWanted = claims.reduce(0) { $0 + Int64($1.slots.count) }
        return removed
    }
}
