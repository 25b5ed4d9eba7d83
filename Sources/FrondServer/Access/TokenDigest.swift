import Crypto
import Frond

/// The SHA-256 of a token: all that a server knows of it.
public struct TokenDigest: Hashable, Sendable {
    private static let byteCount = 32

    private let bytes: [UInt8]

    /// Hashes a token.
    public init(of token: String) {
        bytes = Array(SHA256.hash(data: Array(token.utf8)))
    }

    /// Reads a digest in hexadecimal; nil for a text that is not 64 hexadecimal digits.
    public init?(hexadecimal text: String) {
        var bytes: [UInt8] = []
        var rest = Substring(text)
        guard rest.utf8.count == Self.byteCount * 2, rest.utf8.allSatisfy({ ($0 as UInt8).isHexadecimal }) else {
            return nil
        }
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        self.bytes = bytes
    }

    /// The digest in 64 hexadecimal digits.
    public var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var isHexadecimal: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
