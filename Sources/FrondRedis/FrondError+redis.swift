import Frond
import RESP

extension FrondError {
    static func unreachable(_ server: ServerName, _ reason: String) -> FrondError {
        unavailable("\(server) cannot be reached: \(reason.lowercasedFirst)")
    }

    static func slow(_ server: ServerName, to what: String) -> FrondError {
        var error = unavailable("\(server) took too long to \(what): look whether it is paused or overloaded")
        error.cause = TooSlow()
        return error
    }

    /// The meaning of an error reply of Redis for the operator of Frond. The reply never holds a password.
    static func refused(_ server: ServerName, _ reply: String) -> FrondError {
        guard let known = Refusal(reply) else { return unavailable("\(server) answers with an error: \(reply)") }
        return unavailable("\(server) \(known.meaning(server))", retries: known.mayPass)
    }

    /// Returns true if an error reply is one of Redis's own that say that nothing was done. Others may be a proxy's,
    /// which does not know.
    static func isCertainRefusal(_ reply: String) -> Bool { Refusal(reply) != nil }

    static func wrongType(_ url: RedisURL, key: String, kind: String) -> FrondError {
        FrondError(
            .storeCorrupt,
            "key '\(key)' of \(url.server), database \(url.database), holds a \(kind), not Frond's counter: "
                + "rename or remove it with 'redis-cli -n \(url.database) RENAME \(key) \(key).old', or set another "
                + "prefix",
            retryAfter: .seconds(5))
    }

    static func beyondCeiling(_ range: HeldRange, _ record: TagRecord, url: RedisURL, key: String) -> FrondError {
        FrondError(
            .storeWentBack,
            "\(url.server) counts tag '\(record.tag)' in a range up to \(range.first + range.size - 1) "
                + "(cycle \(range.cycle)), but the store has reserved only up to \(record.maxID - 1) (cycle "
                + "\(record.cycle)): where another store uses the same Redis, set another prefix; where the store "
                + "went back, move it forward with 'frond tag set \(record.tag) --max-id N', N above every number "
                + "ever given out",
            retryAfter: .seconds(5))
    }

    static func isReplica(_ server: ServerName) -> FrondError {
        refused(server, "READONLY")
    }

    static func isNoCluster(_ server: ServerName) -> FrondError {
        unavailable("\(server) is not part of a cluster: write redis:// in the URL, and one server", retries: false)
    }

    static func unsupported(_ server: ServerName) -> FrondError {
        unavailable("\(server) does not tell its run_id: use Redis 5 or newer", retries: false)
    }

    static func contended(_ tag: Tag, rounds: Int) -> FrondError {
        unavailable("the counter of tag '\(tag)' was changed by others \(rounds) times in a row")
    }

    static func strange(_ server: ServerName, _ reply: RESPValue) -> FrondError {
        unavailable("\(server) answers with \(reply.summary): is a proxy in between?")
    }

    // MARK: Sentinel and cluster

    /// No Sentinel led to a primary.
    /// - Parameter reasons: one or more, each a sentence on a Sentinel or on what it named.
    static func noPrimary(_ name: String, _ reasons: [String]) -> FrondError {
        unavailable("the Sentinels lead to no primary '\(name)': " + reasons.joined(separator: "; "))
    }

    static func redirected(_ server: ServerName, times: Int) -> FrondError {
        unavailable(
            "the nodes of the cluster sent a command on \(times) times in a row, \(server) last: look at the slots "
                + "with 'redis-cli --cluster check'")
    }

    static func unknownNode(_ server: ServerName) -> FrondError {
        unavailable(
            "\(server) sends a command to a node whose address it does not know: look at the cluster with "
                + "'redis-cli --cluster check', and at cluster-announce-hostname of its nodes")
    }

    private static func unavailable(_ message: String, retries: Bool = true) -> FrondError {
        FrondError(.storeUnavailable, message, retryAfter: retries ? .seconds(1) : nil)
    }
}

extension String {
    fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
