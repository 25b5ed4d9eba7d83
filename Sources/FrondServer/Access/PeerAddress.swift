import NIOCore

/// The address of the other end of a connection, without its port.
struct PeerAddress: Hashable, Sendable {
    /// The address as text; empty where there is none.
    let text: String
    let isLoopback: Bool

    init(_ address: SocketAddress?) {
        self.init(text: address?.ipAddress ?? "")
    }

    private init(text ip: String) {
        // IPv4 in IPv6, as a listener on all addresses sees it.
        let plain = ip.lowercased().hasPrefix("::ffff:") && ip.contains(".") ? String(ip.dropFirst(7)) : ip
        text = plain
        isLoopback = plain == "::1" || plain.hasPrefix("127.")
    }

    /// Reads an address as `X-Forwarded-For` and `Forwarded` have it: with or without brackets, quotes and a port.
    /// - Returns: nil for a text that is no address.
    init?(forwarded text: some StringProtocol) {
        var text = String(text).trimmingQuotesAndSpaces
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            text = String(text[..<end].dropFirst())
        } else if text.filter({ $0 == ":" }).count == 1, let colon = text.firstIndex(of: ":") {
            text = String(text[..<colon])
        }
        guard IPAddress.bytes(of: text) != nil else { return nil }
        self.init(text: text)
    }

    /// The part of the address that stands for a client in limits: an IPv6 address without its last 64 bits, of which a
    /// client has as many as it likes.
    var limitKey: String {
        guard let bytes = IPAddress.bytes(of: text), bytes.count == 16 else { return text }
        return bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ".") + "/64"
    }
}

extension String {
    fileprivate var trimmingQuotesAndSpaces: String {
        let ends: Set<Character> = ["\"", " ", "\t"]
        var rest = Substring(self)
        while let first = rest.first, ends.contains(first) { rest.removeFirst() }
        while let last = rest.last, ends.contains(last) { rest.removeLast() }
        return String(rest)
    }
}
