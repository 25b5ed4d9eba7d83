/// The size of the next reservation.
///
/// Doubles while segments last less than the target, halves once they last more than twice it, and stays between the
/// tag's own step and the policy's maximum: the rule of Meituan's Leaf, in checked 64-bit arithmetic.
struct AdaptiveStep: Sendable {
    private var current: Int64?
    private var lastFetch: Duration?

    /// The count for a fetch that starts at `now`; nil where the tag's step is not known yet.
    func count(now: Duration, policy: SegmentPolicy) -> Int64? {
        guard let current, let lastFetch else { return nil }
        let lasted = now - lastFetch
        if lasted < policy.targetDuration {
            let (doubled, overflow) = current.multipliedReportingOverflow(by: 2)
            return overflow ? policy.maxStep : min(doubled, policy.maxStep)
        }
        return lasted < policy.targetDuration * 2 ? current : current / 2
    }

    /// A fetch begun at `start` that asked for `count` brought a segment of a tag with this `step`.
    mutating func fetched(count: Int64?, step: Int64, start: Duration) {
        current = max(count ?? step, step)
        lastFetch = start
    }
}
