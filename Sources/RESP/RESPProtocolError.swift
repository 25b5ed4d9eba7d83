/// Bytes that are no RESP, or more than the limits allow. The connection cannot be used any more.
package enum RESPProtocolError: Error, Hashable, Sendable {
    /// The length of an array is not a number, or over the limit.
    case invalidArrayLength(limit: Int)
    /// The length of a bulk string is not a number, or over the limit.
    case invalidBulkLength(limit: Int)
    /// An argument of a request does not begin with `$`.
    case expectedBulk(found: UInt8)
    /// A bulk string or a line does not end with CR LF.
    case missingLineEnd
    /// A line, in bytes, is longer than allowed.
    case lineTooLong(limit: Int)
    /// A request, in bytes, is longer than allowed.
    case requestTooLong(limit: Int)
    /// A quote of an inline command has no end, or text directly behind it.
    case unbalancedQuotes
    /// A reply begins with a byte that no type has.
    case unknownType(UInt8)
    /// A number, a boolean or a text of a reply cannot be read.
    case malformedValue
    /// The arrays of a reply are nested deeper than allowed.
    case nestedTooDeep(limit: Int)
    /// A reply has more values than allowed.
    case tooManyValues(limit: Int)
}

extension RESPProtocolError: CustomStringConvertible {
    /// The fault in the words of Redis, with the limit where there is one.
    package var description: String {
        switch self {
        case .invalidArrayLength(let limit): "invalid multibulk length; 1 to \(limit) arguments are allowed"
        case .invalidBulkLength(let limit): "invalid bulk length; 0 to \(limit) bytes are allowed"
        case .expectedBulk(let found): "expected '$', got '\(Self.text(of: found))'"
        case .missingLineEnd: "expected CR LF at the end of an argument or a length"
        case .lineTooLong(let limit): "too big inline request; \(limit) bytes are allowed"
        case .requestTooLong(let limit): "too big request; \(limit) bytes are allowed"
        case .unbalancedQuotes: "unbalanced quotes in request"
        case .unknownType(let byte): "unknown type '\(Self.text(of: byte))'"
        case .malformedValue: "malformed value"
        case .nestedTooDeep(let limit): "arrays are nested too deep; a depth of \(limit) is allowed"
        case .tooManyValues(let limit): "too many values; \(limit) are allowed"
        }
    }

    /// A byte as printable text.
    private static func text(of byte: UInt8) -> String {
        (0x21...0x7e).contains(byte) ? String(Character(Unicode.Scalar(byte))) : "\\x" + String(byte, radix: 16)
    }
}
