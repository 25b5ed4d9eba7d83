import Frond

/// The door as one connection of a Redis client asks it: with the token of its last `AUTH`, or its certificate.
struct RESPDoor {
    private let access: AccessControl
    private let peer: PeerIdentity
    private var credentials = Credentials.none
    /// The state of the door when ``known`` was found.
    private var version: Int?
    private var isOpen = false
    private var known: Caller?

    init(_ access: AccessControl, _ peer: PeerIdentity) {
        self.access = access
        self.peer = peer
    }

    /// True where clients log in with tokens.
    var wantsTokens: Bool { access.rules.table != nil }

    /// Logs in.
    /// - Parameter user: the name of the token, `default`, or nil.
    mutating func logIn(_ user: String?, token: String) throws(RESPRefusal) {
        let wanted = Credentials(token: token)
        do throws(AccessRefusal) {
            let caller = try access.caller(wanted, from: peer)
            guard user == nil || user == "default" || user == caller.name else { throw .unknownToken }
            (credentials, known, version) = (wanted, caller, nil)
        } catch {
            throw RESPRefusal(
                word: "WRONGPASS",
                message: "invalid username-password pair or user is disabled: the password is a token of this server, "
                    + "and the user its name or 'default'")
        }
    }

    /// Forgets the token.
    mutating func logOut() {
        (credentials, known, version) = (.none, nil, nil)
    }

    /// Checks that the client has logged in, where that is wanted.
    /// - Throws: `unauthenticated`.
    mutating func checkKnown() throws(FrondError) {
        if refresh() { return }
        _ = try caller()
    }

    /// Checks that the client may take IDs of a tag.
    /// - Returns: the limits that the request is to pass; nil for none.
    /// - Throws: `unauthenticated` or `permissionDenied`.
    mutating func admit(_ tag: Tag, ids count: Int) throws(FrondError) -> RequestGate? {
        if refresh() { return nil }
        let caller = try caller()
        try access.check(caller, .ids, of: tag)
        return access.gate(for: caller, tag, ids: count)
    }

    /// Looks whether the door has changed.
    /// - Returns: true where everybody may take IDs, without limits.
    private mutating func refresh() -> Bool {
        let current = access.version
        if version != current {
            version = current
            known = nil
            isOpen = access.rules.isOpenToAll
        }
        return isOpen
    }

    private mutating func caller() throws(FrondError) -> Caller {
        if let known { return known }
        do throws(AccessRefusal) {
            let caller = try access.caller(credentials, from: peer)
            known = caller
            return caller
        } catch {
            throw error == .noToken ? Self.mustLogIn : error.error
        }
    }

    private static let mustLogIn = FrondError(
        .unauthenticated, "Authentication required; send AUTH with a token of this server")
}
