/// The limits of what a peer may send. What goes beyond them is a ``RESPProtocolError``, before memory is taken for it.
package struct RESPLimits: Hashable, Sendable {
    /// The maximum length of a bulk string, in bytes.
    package var bulkBytes: Int
    /// The maximum number of arguments of a request, or of elements of one array of a reply.
    package var arrayLength: Int
    /// The maximum length of a request with its framing, in bytes.
    package var requestBytes: Int
    /// The maximum length of a line: an inline command, a simple string or an error, in bytes.
    package var lineBytes: Int
    /// The maximum depth of arrays within arrays of a reply.
    package var nesting: Int
    /// The maximum number of values in one reply, at all depths together.
    package var values: Int

    package init(
        bulkBytes: Int = 64 << 10, arrayLength: Int = 1024, requestBytes: Int = 128 << 10, lineBytes: Int = 64 << 10,
        nesting: Int = 8, values: Int = 1 << 20
    ) {
        self.bulkBytes = bulkBytes
        self.arrayLength = arrayLength
        self.requestBytes = requestBytes
        self.lineBytes = lineBytes
        self.nesting = nesting
        self.values = values
    }

    /// The maximum length of the line that begins an array, a bulk string or an integer, in bytes.
    static let headerBytes = 32
}
