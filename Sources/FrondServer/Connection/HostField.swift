import NIOHTTP1

/// The rule of `Host`: exactly one valid line in HTTP/1.1, at most one before (RFC 9112, section 3.2).
enum HostField {
    /// Returns the reason to refuse a request; nil for a request that follows the rule.
    static func problem(of head: HTTPRequestHead) -> Problem? {
        let lines = head.headers.count { $0.name.utf8.count == 4 && $0.name.lowercased() == "host" }
        if lines > 1 {
            return .malformed("the request has \(lines) Host headers; send one")
        }
        if lines == 0 {
            return head.version.minor == 0
                ? nil : .malformed("the request has no Host header, which HTTP/1.1 requires; send one")
        }
        guard let host = head.headers.first(name: "host"), isValid(host) else {
            return .malformed(
                "the request's Host header is not a host with an optional port; send one such as 'localhost:8080'")
        }
        return nil
    }

    /// True for an empty value, or a name or address with an optional port.
    static func isValid(_ value: some StringProtocol) -> Bool {
        value.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: marks.contains(byte)
            }
        }
    }

    /// Marks in a name, an IPv6 address in brackets, or before a port (RFC 3986, section 3.2.2).
    private static let marks = Set("-._~%!$&'()*+;=[]:".utf8)
}
