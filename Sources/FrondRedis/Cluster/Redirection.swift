/// An answer by which a node of a cluster names the node to ask.
enum Redirection: Hashable, Sendable {
    /// The slot belongs to that node.
    case moved(HashSlot, RedisEndpoint)
    /// The slot is moving to that node, and this key is there already: ask it this once, with `ASKING`.
    case ask(RedisEndpoint)
    /// The node that answered does not know the address.
    case unknown

    /// nil for another error.
    /// - Parameter node: the node that answered; a redirection without a host means its own.
    init?(_ error: String, from node: RedisEndpoint) {
        let words = error.split(separator: " ")
        guard words.count >= 3, words[0] == "MOVED" || words[0] == "ASK", let number = Int(words[1]),
            let slot = HashSlot(number: number), let colon = words[2].lastIndex(of: ":"),
            let port = Int(words[2][words[2].index(after: colon)...]), (1...65535).contains(port)
        else { return nil }
        let host = words[2][..<colon]
        guard host != "?" else {
            self = .unknown
            return
        }
        let endpoint = RedisEndpoint(host: host.isEmpty ? node.host : String(host), port: port)
        self = words[0] == "MOVED" ? .moved(slot, endpoint) : .ask(endpoint)
    }
}
