/// A version of the Redis protocol.
package enum RESPVersion: Int, Hashable, Sendable {
    case two = 2
    /// Has maps, null and other types of its own, which version 2 writes as arrays, strings and integers.
    case three = 3
}
