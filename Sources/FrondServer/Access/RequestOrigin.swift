/// The place that a request came from, as its connection and the proxies before it tell.
struct RequestOrigin: Hashable, Sendable {
    /// The client's address without a port.
    var address: String
    /// The address that limits count by.
    var limitKey: String
    /// True for a process on this machine, with no proxy and no foreign page in between.
    var isLocal: Bool
    /// True where the connection proved a certificate by the server's client CA.
    var isVerified: Bool
    /// The names that the connection's certificate proves, the most exact first.
    var certificateNames: [String]

    /// The headers that tell of proxies and pages.
    struct Forwarding: Hashable, Sendable {
        /// The values of `X-Forwarded-For`, or the `for` of `Forwarded`, the last proxy's last.
        var addresses: [String] = []
        /// True where any header of a proxy came.
        var isForwarded = false
        /// True where a page of another origin may have sent the request, by a browser on this machine.
        var isForeignPage = false
    }

    /// - Parameter proxies: the proxies whose word is taken.
    init(_ peer: PeerIdentity, _ forwarding: Forwarding = Forwarding(), trusting proxies: [AddressRange] = []) {
        var client = peer.address
        var isForwarded = forwarding.isForwarded
        if isForwarded, proxies.contains(where: { $0.contains(client) }) {
            var rest = forwarding.addresses
            isForwarded = rest.isEmpty
            while let text = rest.popLast() {
                guard let address = PeerAddress(forwarded: text) else {
                    isForwarded = true
                    break
                }
                client = address
                guard proxies.contains(where: { $0.contains(client) }) else { break }
            }
        }
        address = client.text
        limitKey = client.limitKey
        isLocal = client.isLoopback && !isForwarded && !forwarding.isForeignPage
        isVerified = peer.isVerified
        certificateNames = peer.certificateNames
    }
}
