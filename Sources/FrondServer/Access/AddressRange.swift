public import Frond

/// A range of addresses, such as `10.0.0.0/8`, `fd00::/8`, or one address.
public struct AddressRange: Hashable, Sendable, CustomStringConvertible {
    private let bytes: [UInt8]
    private let prefixLength: Int
    public let description: String

    /// Reads a range.
    /// - Throws: `invalidArgument`, naming the text and the form.
    public init(_ text: String) throws(FrondError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let bytes = parts.first.flatMap { IPAddress.bytes(of: String($0)) }
        let length = parts.count == 2 ? Int(parts[1]) : bytes.map { $0.count * 8 }
        guard parts.count <= 2, let bytes, let length, (0...bytes.count * 8).contains(length) else {
            throw FrondError(
                .invalidArgument,
                "'\(text.printable(limit: 100))' is not an address or a range such as 10.0.0.0/8 or fd00::/8")
        }
        self.bytes = bytes
        prefixLength = length
        description = text
    }

    func contains(_ address: PeerAddress) -> Bool {
        guard let other = IPAddress.bytes(of: address.text), other.count == bytes.count else { return false }
        let whole = prefixLength / 8
        guard other.prefix(whole).elementsEqual(bytes.prefix(whole)) else { return false }
        let bits = prefixLength % 8
        guard bits > 0 else { return true }
        return other[whole] >> (8 - bits) == bytes[whole] >> (8 - bits)
    }
}
