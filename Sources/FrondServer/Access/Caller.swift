import Frond

/// The sender of a request, as far as the server knows it.
struct Caller: Sendable {
    /// The identity of a caller.
    enum Identity: Hashable, Sendable {
        case token(name: String)
        case certificate(name: String)
        /// An address without a port: nothing else is known.
        case address(String)
    }

    let identity: Identity
    /// The address that the request came from, without a port.
    let address: String
    /// True for a process on this machine: a loopback address, with no proxy and no foreign page in between.
    let isLocal: Bool
    /// True where the connection proved a certificate by the server's client CA.
    let isVerified: Bool
    /// The entry in the table of callers; nil for a caller that is known by its address alone.
    let entry: AccessEntry?

    /// The name in log lines.
    var name: String {
        switch identity {
        case .token(let name), .certificate(let name): name
        case .address(let address): address
        }
    }

    /// The key of the caller's limits.
    var limitKey: String {
        switch identity {
        case .token(let name), .certificate(let name): "name:\(name)"
        case .address(let address): "address:\(address)"
        }
    }
}
