import Frond
public import Logging
import Synchronization

/// The one door of a server: who its callers are, what they may do, and how much.
///
/// Holds the current ``AccessRules``, which a reload replaces as a whole. Requests that a connection remembers carry
/// the decision with them, and are forgotten when ``version`` changes: with new rules, and when an entry ends.
public final class AccessControl: Sendable {
    /// The interval at which ended entries are looked for.
    private static let expiryInterval = Duration.seconds(1)

    private struct State: Sendable {
        var rules: AccessRules
        var clients: BucketTable?
        var tags: BucketTable?
        /// The wall clock's time at which the next entry ends.
        var nextExpiry: Int64?
    }

    private let state: Mutex<State>
    private let changes = Atomic(0)
    let time: any TimeSource
    /// The lines about refusals and administration.
    let audit: AccessAudit

    /// Creates a door.
    public convenience init(_ rules: AccessRules = AccessRules(), logger: Logger) {
        self.init(rules, logger: logger, time: SystemTimeSource())
    }

    init(_ rules: AccessRules, logger: Logger, time: any TimeSource) {
        state = Mutex(Self.state(rules, now: time.wallMilliseconds))
        audit = AccessAudit(logger: logger, time: time)
        self.time = time
    }

    private static func state(_ rules: AccessRules, now: Int64) -> State {
        State(
            rules: rules, clients: rules.clientLimit.map { BucketTable(limit: $0) },
            tags: rules.tagLimit.map { BucketTable(limit: $0) },
            nextExpiry: rules.table?.nextExpiry(afterMilliseconds: now))
    }

    /// The current rules.
    public var rules: AccessRules { state.withLock { $0.rules } }

    /// Replaces the rules. What clients have used of a limit that stays is kept.
    public func replace(with rules: AccessRules) {
        state.withLock { state in
            let old = state
            state = Self.state(rules, now: time.wallMilliseconds)
            if old.rules.clientLimit == rules.clientLimit { state.clients = old.clients }
            if old.rules.tagLimit == rules.tagLimit { state.tags = old.tags }
        }
        changes.add(1, ordering: .releasing)
    }

    /// Grows with every change after which decisions made before hold no more.
    var version: Int { changes.load(ordering: .acquiring) }

    /// Makes decisions about entries that have ended hold no more, until cancelled.
    func run() async {
        while !Task.isCancelled {
            await time.sleep(until: time.monotonic + Self.expiryInterval)
            noteExpiry()
        }
    }

    func noteExpiry() {
        let now = time.wallMilliseconds
        let hasExpired = state.withLock { state in
            guard let next = state.nextExpiry, next <= now else { return false }
            state.nextExpiry = state.rules.table?.nextExpiry(afterMilliseconds: now)
            return true
        }
        if hasExpired { changes.add(1, ordering: .releasing) }
    }

    // MARK: Decisions

    /// Finds out who sends a request.
    /// - Throws: the refusal, which is logged.
    func caller(
        _ credentials: Credentials, from peer: PeerIdentity, _ forwarding: RequestOrigin.Forwarding = .init()
    ) throws(AccessRefusal) -> Caller {
        let rules = rules
        let origin = RequestOrigin(peer, forwarding, trusting: rules.trustedProxies)
        do {
            return try rules.caller(credentials, from: origin, nowMilliseconds: time.wallMilliseconds)
        } catch {
            audit.refused(error, name: nil, address: origin.address)
            throw error
        }
    }

    /// Checks that a caller may act.
    /// - Parameters:
    ///   - tag: nil for an action that concerns no tag, or all tags.
    ///   - other: a scope that is enough as well.
    /// - Throws: `unauthenticated` or `permissionDenied`, which is logged.
    func check(
        _ caller: Caller, _ scope: AccessScope, of tag: Tag? = nil, or other: AccessScope? = nil
    ) throws(FrondError) {
        let now = time.wallMilliseconds
        let rules = rules
        guard let refusal = rules.refusal(of: caller, scope, tag, nowMilliseconds: now) else { return }
        if let other, rules.refusal(of: caller, other, tag, nowMilliseconds: now) == nil { return }
        audit.refused(refusal, name: caller.name, address: caller.address)
        throw refusal.error
    }

    /// Returns true where a caller may act; nothing is logged.
    func allows(_ caller: Caller, _ scope: AccessScope, of tag: Tag? = nil) -> Bool {
        rules.refusal(of: caller, scope, tag, nowMilliseconds: time.wallMilliseconds) == nil
    }

    /// Checks that a caller may do something of a scope, be it for some tags alone.
    /// - Throws: `unauthenticated` or `permissionDenied`, which is logged.
    func checkAny(_ caller: Caller, _ scope: AccessScope, or other: AccessScope? = nil) throws(FrondError) {
        let now = time.wallMilliseconds
        let rules = rules
        guard let refusal = rules.refusalOfAny(of: caller, scope, nowMilliseconds: now) else { return }
        if let other, rules.refusalOfAny(of: caller, other, nowMilliseconds: now) == nil { return }
        audit.refused(refusal, name: caller.name, address: caller.address)
        throw refusal.error
    }

    // MARK: Limits

    /// The limits that a caller's requests for a tag pass; nil where there are none.
    func gate(for caller: Caller, _ tag: Tag?, ids count: Int) -> RequestGate? {
        state.withLock { state in
            guard state.clients != nil || state.tags != nil else { return nil }
            let now = MonotonicTicks.now
            return RequestGate(
                client: state.clients?.bucket(of: caller.limitKey, now: now),
                tag: tag.flatMap { state.tags?.bucket(of: $0.name, now: now) }, ids: count, of: caller, audit: audit)
        }
    }

    /// Counts a request.
    /// - Throws: `rateLimited`, with the time to wait; `invalidArgument` for one that is larger than a limit allows.
    func count(_ caller: Caller, _ tag: Tag?, ids count: Int) throws(FrondError) {
        if let refusal = gate(for: caller, tag, ids: count)?.admit() { throw refusal.error }
    }

    /// Checks that a caller may take IDs of a tag, and counts the request.
    /// - Throws: as ``check(_:_:of:or:)`` and ``count(_:_:ids:)``.
    func admit(_ caller: Caller, _ scope: AccessScope = .ids, of tag: Tag, ids number: Int) throws(FrondError) {
        try check(caller, scope, of: tag)
        try count(caller, tag, ids: number)
    }
}
