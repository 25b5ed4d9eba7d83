/// Commands of Redis that would read, set or reset a sequence, and the way to do instead what they are for.
enum RefusedCommands {
    /// The reason and the cure; nil for a command that is not refused by name.
    static func reason(_ name: String) -> String? {
        guard let group = groups.first(where: { $0.names.contains(name) }) else { return nil }
        return "\(name) is refused: \(group.reason)"
    }

    private struct Group: Sendable {
        var names: Set<String>
        var reason: String
    }

    private static let groups = [
        Group(
            names: ["GET", "MGET", "STRLEN", "GETRANGE", "EXISTS", "SCAN", "KEYS", "DUMP"],
            reason: "the last ID is known to its taker alone, and a read would take one or lie; take the next by INCR, "
                + "and see a tag with 'frond tag show'"),
        Group(
            names: [
                "SET", "SETNX", "SETEX", "PSETEX", "MSET", "MSETNX", "GETSET", "GETEX", "APPEND", "SETRANGE", "SETBIT",
                "RESTORE", "COPY",
            ],
            reason: "a sequence that is set repeats IDs or skips them; tags are created with 'frond tag create' and "
                + "changed with 'frond tag set'"),
        Group(
            names: [
                "DEL", "UNLINK", "GETDEL", "RENAME", "RENAMENX", "MOVE", "MIGRATE", "FLUSHALL", "FLUSHDB", "SWAPDB",
            ],
            reason: "a sequence that is removed begins again and repeats IDs; use a new tag for a new sequence"),
        Group(
            names: ["EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT", "PERSIST", "TTL", "PTTL"],
            reason: "a sequence that expires begins again and repeats IDs; for numbers that begin again each day, with "
                + "the date in the ID, use 'frond tag create --period day'"),
        Group(
            names: ["DECR", "DECRBY", "INCRBYFLOAT"],
            reason: "a sequence only goes up, by whole numbers; take IDs by INCR or INCRBY"),
        Group(
            names: ["MULTI", "EXEC", "DISCARD", "WATCH", "UNWATCH"],
            reason: "an ID that was taken cannot be taken back; send the commands in a pipeline without a transaction"),
        Group(
            names: ["EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO", "SCRIPT", "FUNCTION", "FCALL", "FCALL_RO"],
            reason: "scripts do not run here; take IDs by INCR, INCRBY or FROND.NEXT"),
        Group(
            names: [
                "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "PUBLISH", "MONITOR", "SYNC", "PSYNC", "REPLICAOF", "SLAVEOF",
            ],
            reason: "there is nothing to listen to or to copy; IDs are taken by INCR, INCRBY and FROND.NEXT"),
        Group(
            names: ["CONFIG", "DEBUG", "SHUTDOWN", "ACL", "SAVE", "BGSAVE", "BGREWRITEAOF", "FAILOVER"],
            reason: "the server is run by its settings and the 'frond' command, not by clients"),
    ]
}
