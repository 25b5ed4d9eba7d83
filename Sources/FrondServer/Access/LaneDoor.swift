import Frond

/// The door as the event loop asks it about a hot request that it has not seen before.
///
/// The answer is remembered with the request, until ``version`` changes. What the door refuses takes the ordinary way,
/// which says why.
struct LaneDoor {
    /// The admission of a hot request.
    struct Pass {
        /// The limits that it passes each time; nil for none.
        let gate: RequestGate?
    }

    let access: AccessControl
    let peer: PeerIdentity
    /// The settings that a reload replaces.
    var live: LiveSettings = .unchanging
    /// False for a listener that hands out no IDs.
    var servesIDs = true

    /// Grows with every change after which a pass holds no more.
    var version: Int { access.version &+ live.version }

    /// True where every request takes the ordinary way.
    var isClosed: Bool { !servesIDs || live.current.accessLog == .all }

    /// True where requests of pages take the ordinary way, which adds the fields for their browsers.
    var answersPages: Bool { !live.current.cors.isEmpty }

    /// True where every request passes, without a look at its credentials.
    var isOpen: Bool { access.rules.isOpenToAll }

    /// Decides about a request for IDs.
    /// - Returns: nil where it takes the ordinary way.
    func pass(_ sender: RequestSender, of tag: Tag, ids count: Int) -> Pass? {
        guard !sender.isUnusual else { return nil }
        let rules = access.rules
        let now = access.time.wallMilliseconds
        let credentials = sender.authorization.map { Credentials(authorization: $0) } ?? .none
        let origin = RequestOrigin(
            peer, RequestOrigin.Forwarding(forwardedFor: sender.forwardedFor), trusting: rules.trustedProxies)
        guard let caller = try? rules.caller(credentials, from: origin, nowMilliseconds: now),
            rules.refusal(of: caller, .ids, tag, nowMilliseconds: now) == nil
        else { return nil }
        return Pass(gate: access.gate(for: caller, tag, ids: count))
    }
}
