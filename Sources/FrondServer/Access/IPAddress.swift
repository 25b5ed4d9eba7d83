#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Addresses of IP as bytes.
enum IPAddress {
    /// The bytes of an address, 4 or 16; nil for a text that is no address.
    static func bytes(of text: String) -> [UInt8]? {
        let family = text.contains(":") ? AF_INET6 : AF_INET
        var bytes = [UInt8](repeating: 0, count: family == AF_INET6 ? 16 : 4)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }
}
