extension SegmentBuffer {
    /// The actions that the driver performs after an event, outside its lock.
    package struct Effects: Sendable {
        package var deliveries: [Delivery] = []
        /// The outcome for a claim that did not want to wait; nil where it would have to.
        package var immediate: Result<Claimed, FrondError>?
        /// Reserve this in the store; one is in flight at a time.
        package var fetch: FetchRequest?
        /// Call `timerFired` at this time; one timer is armed at a time.
        package var wakeAt: Duration?
        /// The window must be published anew, and that under the lock.
        package var windowChanged = false

        mutating func deliver(_ outcome: Result<Claimed, FrondError>, to claim: PendingClaim<Waiter>) {
            if let waiter = claim.waiter {
                deliveries.append(Delivery(waiter: waiter, outcome: outcome))
            } else {
                immediate = outcome
            }
        }
    }

    /// An answer for one waiter.
    package struct Delivery: Sendable {
        package var waiter: Waiter
        package var outcome: Result<Claimed, FrondError>
    }
}

/// A reservation the buffer wants.
package struct FetchRequest: Equatable, Sendable {
    /// The numbers to reserve; nil for the tag's own step.
    package var count: Int64?
    /// The numbers that the first waiting claim needs: fewer left is an error that takes nothing.
    package var needed: Int64 = 1
    package var floor: SegmentPosition?

    package var demand: SegmentDemand { SegmentDemand(needed: needed, wanted: count) }
}

/// The result of a claim.
package struct Claimed: Equatable, Sendable {
    /// In order.
    package var numbers: [NumberRun] = []
    /// Slots that no window knows any more: to be claimed again.
    package var lostSlots: Int64 = 0
}
