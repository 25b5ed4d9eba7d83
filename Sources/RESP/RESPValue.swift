package import NIOCore

/// A value of a reply.
package indirect enum RESPValue: Hashable, Sendable {
    case simple(String)
    /// An error: a code word and a text.
    case error(String)
    case integer(Int64)
    case bulk(ByteBuffer)
    case null
    case array([RESPValue])
    case map([Pair])

    // The types below are those of version 3 alone; version 2 has others in their place.
    case set([RESPValue])
    /// A message that answers no request.
    case push([RESPValue])
    case boolean(Bool)
    case double(Double)
    /// A whole number of any size, in decimal.
    case bigNumber(String)
    /// A text with its format, such as `txt` or `mkd`.
    case verbatim(format: String, ByteBuffer)

    /// An entry of a map.
    package struct Pair: Hashable, Sendable {
        package var key: RESPValue
        package var value: RESPValue

        package init(_ key: RESPValue, _ value: RESPValue) {
            self.key = key
            self.value = value
        }
    }

    /// A bulk string with a text.
    package static func text(_ text: String) -> RESPValue { .bulk(ByteBuffer(string: text)) }

    /// An array of bulk strings.
    package static func texts(_ texts: [String]) -> RESPValue { .array(texts.map { .text($0) }) }
}
