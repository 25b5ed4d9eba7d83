import Frond

/// The limits that the requests of one client for one tag pass, kept with a remembered request.
final class RequestGate: Sendable {
    private let client: SharedBucket?
    private let tag: SharedBucket?
    private let clientCost: Int64
    private let tagCost: Int64
    private let caller: Caller
    private let audit: AccessAudit

    init(client: SharedBucket?, tag: SharedBucket?, ids count: Int, of caller: Caller, audit: AccessAudit) {
        self.caller = caller
        self.audit = audit
        self.client = client
        self.tag = tag
        clientCost = client?.limit.cost(ofIDs: count) ?? 0
        tagCost = tag?.limit.cost(ofIDs: count) ?? 0
    }

    /// Counts a request.
    /// - Returns: the refusal, which is logged; nil where the request is served.
    @inline(__always)
    func admit(now: Int64 = MonotonicTicks.now) -> LimitRefusal? {
        if let client, let refusal = LimitRefusal(client.take(clientCost, now: now), .client, client.limit) {
            return logged(refusal)
        }
        if let tag, let refusal = LimitRefusal(tag.take(tagCost, now: now), .tag, tag.limit) {
            client?.giveBack(clientCost)
            return logged(refusal)
        }
        return nil
    }

    private func logged(_ refusal: LimitRefusal) -> LimitRefusal {
        audit.refused(refusal.error, name: caller.name, address: caller.address)
        return refusal
    }

    /// A request that was counted takes the ordinary way, which counts it too.
    func forget() {
        client?.giveBack(clientCost)
        tag?.giveBack(tagCost)
    }
}
