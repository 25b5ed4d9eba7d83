import Frond

/// The search for the primary of a name: decides, and does nothing else.
///
/// The Sentinels are asked in turn. A server that one names is believed once it says itself that it is a primary; else
/// the next is asked, since a Sentinel that was cut off names the primary of old.
struct SentinelStateMachine: Sendable {
    enum Action: Equatable, Sendable {
        /// Ask this Sentinel for the primary.
        case ask(RedisEndpoint)
        /// Connect to the server that was named, and check that it is a primary.
        case connect(RedisEndpoint)
        /// The search failed; the reasons in the order in which they were met.
        case fail([String])
    }

    private let name: String
    private let order: [RedisEndpoint]
    /// The Sentinels that are still to be asked, after the one at hand.
    private var left: ArraySlice<RedisEndpoint>
    private var asked: RedisEndpoint?
    /// Servers that were named and are not the primary.
    private var refused: Set<RedisEndpoint> = []
    private var candidate: RedisEndpoint?
    private var reasons: [String] = []

    /// - Parameter sentinels: one or more, in the order in which they are asked.
    init(sentinels: [RedisEndpoint], name: String) {
        precondition(!sentinels.isEmpty, "a primary has a Sentinel")
        self.name = name
        order = sentinels
        left = sentinels[...]
    }

    mutating func begin() -> Action { askNext() }

    /// The Sentinel answered; nil where it knows no primary of that name.
    mutating func answered(_ primary: RedisEndpoint?) -> Action {
        guard let primary else {
            return note("Sentinel at \(last) knows no primary of that name: check it in the URL")
        }
        // Another Sentinel named it as well, and it was tried.
        if refused.contains(primary) { return askNext() }
        candidate = primary
        return .connect(primary)
    }

    /// The Sentinel did not answer, or with an error.
    mutating func failed(_ error: FrondError) -> Action { note(error.message) }

    /// The server that was named cannot be reached, or is not a primary.
    mutating func refusedPrimary(_ error: FrondError) -> Action {
        if let candidate { refused.insert(candidate) }
        return note(error.message)
    }

    /// The order in which to ask the next time: the Sentinel that led to the primary first, those that did not last.
    var nextOrder: [RedisEndpoint] {
        guard let asked, let index = order.firstIndex(of: asked) else { return order }
        return Array(order[index...] + order[..<index])
    }

    private var last: String { asked?.description ?? "" }

    private mutating func note(_ reason: String) -> Action {
        reasons.append(reason)
        return askNext()
    }

    private mutating func askNext() -> Action {
        guard let next = left.popFirst() else { return .fail(reasons) }
        asked = next
        return .ask(next)
    }
}
