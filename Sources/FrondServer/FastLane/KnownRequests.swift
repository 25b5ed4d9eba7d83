import NIOCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The last hot requests of a connection over HTTP.
typealias RepeatedRequests = KnownRequests<HotRequest>

/// The last hot requests of a connection, byte for byte: a client says mostly the same again and again.
///
/// The decoder would read these bytes as it did before, so they need not be decoded: there is no second parser that
/// could differ from the first.
struct KnownRequests<Source> {
    /// A client with several tags takes turns with them.
    static var capacity: Int { 4 }
    /// Longer requests are not kept.
    static var lengthLimit: Int { 512 }

    private let capacity: Int
    private var known: [(bytes: [UInt8], source: Source)] = []
    private var replaced = 0

    /// - Parameter capacity: the number of requests that are kept; 0 for none.
    init(capacity: Int = Self.capacity) {
        self.capacity = capacity
    }

    /// Notes the bytes of one whole request that the decoder took for a hot one.
    mutating func remember(_ request: ByteBufferView, _ source: Source) {
        guard capacity > 0, !request.isEmpty, request.count <= Self.lengthLimit else { return }
        if known.count < capacity {
            known.append((Array(request), source))
        } else {
            known[replaced] = (Array(request), source)
            replaced = (replaced + 1) % capacity
        }
    }

    /// The length of the request that the bytes begin with, and the source of its answer; nil for an unknown one.
    func match(_ bytes: UnsafeRawBufferPointer) -> (length: Int, source: Source)? {
        guard let start = bytes.baseAddress else { return nil }
        // By index, since a copy of each would be counted.
        for index in known.indices where known[index].bytes.count <= bytes.count {
            let isSame = known[index].bytes.withUnsafeBytes { request in
                request.baseAddress.map { memcmp($0, start, request.count) == 0 } ?? false
            }
            if isSame { return (known[index].bytes.count, known[index].source) }
        }
        return nil
    }

    /// Forgets all: a source did not answer.
    mutating func forget() {
        known.removeAll(keepingCapacity: true)
        replaced = 0
    }
}
