import Frond

/// The rules by which callers are let in: who they are, what they may do, how much.
///
/// A value: a reload makes new ones and replaces the old as a whole.
public struct AccessRules: Sendable {
    /// The callers that the server knows; nil where no tokens are configured.
    public var table: AccessTable?
    /// The limit of each client; nil for none.
    public var clientLimit: RateLimit?
    /// The limit of each tag; nil for none.
    public var tagLimit: RateLimit?
    /// The proxies whose word is taken for a client's address.
    public var trustedProxies: [AddressRange]

    /// Creates rules; by default IDs are open, and administration and reservations are open to this machine.
    public init(
        table: AccessTable? = nil, clientLimit: RateLimit? = nil, tagLimit: RateLimit? = nil,
        trustedProxies: [AddressRange] = []
    ) {
        self.table = table
        self.clientLimit = clientLimit
        self.tagLimit = tagLimit
        self.trustedProxies = trustedProxies
    }

    /// True where a request for IDs needs no decision.
    var isOpenToAll: Bool { table == nil && clientLimit == nil && tagLimit == nil }

    // MARK: Identity

    /// Finds out who sends a request.
    /// - Throws: the refusal of credentials that prove nothing; a request without any is refused where tokens are
    ///   configured.
    func caller(
        _ credentials: Credentials, from origin: RequestOrigin, nowMilliseconds now: Int64
    ) throws(AccessRefusal) -> Caller {
        guard let table else { return caller(origin, nil, .address(origin.limitKey)) }
        switch credentials {
        case .malformed: throw .malformedToken
        case .token(let token):
            guard let entry = table.entry(token: token) else { throw .unknownToken }
            guard !entry.hasExpired(nowMilliseconds: now) else { throw .expired(name: entry.name) }
            return caller(origin, entry, .token(name: entry.name))
        case .none:
            guard let entry = table.entry(certificate: origin.certificateNames) else { throw .noToken }
            guard !entry.hasExpired(nowMilliseconds: now) else { throw .expired(name: entry.name) }
            return caller(origin, entry, .certificate(name: entry.name))
        }
    }

    private func caller(_ origin: RequestOrigin, _ entry: AccessEntry?, _ identity: Caller.Identity) -> Caller {
        Caller(
            identity: identity, address: origin.address, isLocal: origin.isLocal, isVerified: origin.isVerified,
            entry: entry)
    }

    // MARK: Permission

    /// Decides whether a caller may act.
    /// - Parameter tag: nil for an action that concerns no tag, or all tags.
    /// - Returns: the refusal; nil where the caller may.
    func refusal(
        of caller: Caller, _ scope: AccessScope, _ tag: Tag?, nowMilliseconds now: Int64
    ) -> AccessRefusal? {
        guard table != nil else {
            return scope.isOpenByDefault || caller.isLocal || caller.isVerified ? nil : .closed(scope)
        }
        guard let entry = caller.entry else { return .noToken }
        guard !entry.hasExpired(nowMilliseconds: now) else { return .expired(name: entry.name) }
        return entry.grants.contains { $0.covers(scope, tag) } ? nil : .forbidden(scope, tag)
    }

    /// Decides whether a caller may do something of a scope at all, be it for some tags alone.
    func refusalOfAny(of caller: Caller, _ scope: AccessScope, nowMilliseconds now: Int64) -> AccessRefusal? {
        guard let refusal = refusal(of: caller, scope, nil, nowMilliseconds: now) else { return nil }
        guard case .forbidden = refusal, caller.entry?.grants.contains(where: { $0.coversSome(scope) }) == true else {
            return refusal
        }
        return nil
    }
}
