import Frond

extension FrondError {
    static func unreachable(_ url: RedisURL, _ reason: String) -> FrondError {
        unavailable("Redis at \(url.endpoint) cannot be reached: \(reason.lowercasedFirst)")
    }

    static func slow(_ url: RedisURL, to what: String) -> FrondError {
        var error = unavailable(
            "Redis at \(url.endpoint) took too long to \(what): look whether it is paused or overloaded")
        error.cause = TooSlow()
        return error
    }

    /// The meaning of an error reply of Redis for the operator of Frond. The reply never holds a password.
    static func refused(_ url: RedisURL, _ reply: String) -> FrondError {
        let server = "Redis at \(url.endpoint)"
        guard let known = Refusal(reply) else { return unavailable("\(server) answers with an error: \(reply)") }
        return unavailable("\(server) \(known.meaning)", retries: known.mayPass)
    }

    /// Returns true if an error reply is one of Redis's own that say that nothing was done. Others may be a proxy's,
    /// which does not know.
    static func isCertainRefusal(_ reply: String) -> Bool { Refusal(reply) != nil }

    static func wrongType(_ url: RedisURL, key: String, kind: String) -> FrondError {
        FrondError(
            .storeCorrupt,
            "key '\(key)' of Redis at \(url.endpoint), database \(url.database), holds a \(kind), not Frond's counter: "
                + "rename or remove it with 'redis-cli -n \(url.database) RENAME \(key) other', or set another prefix",
            retryAfter: .seconds(5))
    }

    static func beyondCeiling(_ range: HeldRange, _ record: TagRecord, url: RedisURL, key: String) -> FrondError {
        FrondError(
            .storeWentBack,
            "Redis at \(url.endpoint) counts tag '\(record.tag)' in a range up to \(range.first + range.size - 1) "
                + "(cycle \(range.cycle)), but the store has reserved only up to \(record.maxID - 1) (cycle "
                + "\(record.cycle)): where another store uses the same Redis, set another prefix; where the store "
                + "went back, move it forward with 'frond tag set \(record.tag) --max-id N', N above every number "
                + "ever given out",
            retryAfter: .seconds(5))
    }

    static func isReplica(_ url: RedisURL) -> FrondError {
        refused(url, "READONLY")
    }

    static func unsupported(_ url: RedisURL) -> FrondError {
        unavailable("Redis at \(url.endpoint) does not tell its run_id: use Redis 5 or newer", retries: false)
    }

    static func contended(_ tag: Tag, rounds: Int) -> FrondError {
        unavailable("the counter of tag '\(tag)' was changed by others \(rounds) times in a row")
    }

    static func strange(_ url: RedisURL, _ reply: RedisReply) -> FrondError {
        unavailable("Redis at \(url.endpoint) answers a script with '\(reply)': is a proxy in between?")
    }

    private static func unavailable(_ message: String, retries: Bool = true) -> FrondError {
        FrondError(.storeUnavailable, message, retryAfter: retries ? .seconds(1) : nil)
    }
}

/// An error reply that has a known cure.
private struct Refusal {
    var codes: [String]
    var meaning: String
    /// True if the error may pass without the operator's doing.
    var mayPass: Bool

    init(codes: [String], meaning: String, mayPass: Bool = false) {
        self.codes = codes
        self.meaning = meaning
        self.mayPass = mayPass
    }

    /// The one that a reply is. An error inside a script has its code in the middle of older servers' text.
    init?(_ reply: String) {
        guard let known = Self.all.first(where: { $0.codes.contains { reply.contains($0) } }) else { return nil }
        self = known
    }

    static let all = [
        Refusal(
            codes: ["WRONGPASS", "invalid password", "invalid username-password"],
            meaning: "refuses the user or the password: correct them in the URL"),
        Refusal(codes: ["NOAUTH"], meaning: "wants a password: add it to the URL, redis://:password@host:port/db"),
        Refusal(
            codes: ["without any password configured", "no password is set"],
            meaning: "has no password: remove it from the URL"),
        Refusal(
            codes: ["NOPERM"],
            meaning:
                "does not allow this user what Frond needs: give it +@scripting +info +type +@hash +del +ping +select "
                + "and the keys of the prefix"),
        Refusal(
            codes: ["DB index is out of range", "invalid DB index", "SELECT is not allowed in cluster mode"],
            meaning: "has no database of that number: correct it in the URL"),
        Refusal(
            codes: ["MOVED ", "ASK ", "CLUSTERDOWN", "CROSSSLOT", "TRYAGAIN"],
            meaning: "is part of a cluster, which Frond does not follow: name a single primary, or one behind Sentinel "
                + "or a proxy that follows it"),
        Refusal(
            codes: ["READONLY"], meaning: "is a replica, which cannot be written: name its primary in the URL",
            mayPass: true),
        Refusal(
            codes: ["MASTERDOWN"], meaning: "is a replica that has lost its primary: name the primary in the URL",
            mayPass: true),
        Refusal(codes: ["LOADING"], meaning: "is loading its data: wait until it is done", mayPass: true),
        Refusal(
            codes: ["OOM "],
            meaning: "is out of memory: raise its maxmemory, or set a maxmemory-policy that makes room", mayPass: true),
        Refusal(
            codes: ["MISCONF"],
            meaning: "accepts no writes, because it cannot save to its disk: make room there and look into its log",
            mayPass: true),
        Refusal(
            codes: ["NOREPLICAS"], meaning: "accepts no writes, because too few replicas are connected", mayPass: true),
        Refusal(codes: ["BUSY "], meaning: "is busy with another program's script", mayPass: true),
        Refusal(
            codes: ["max number of clients"], meaning: "has too many clients: raise its maxclients", mayPass: true),
    ]
}

extension String {
    fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
