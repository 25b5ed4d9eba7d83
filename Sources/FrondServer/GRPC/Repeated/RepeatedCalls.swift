import Foundation

/// The hot calls of one connection that are recognised by their bytes: headers as HPACK wrote them, and the message.
struct RepeatedCalls {
    /// A call as it came.
    struct Call {
        let headers: [UInt8]
        let data: [UInt8]
        let source: LaneSource
    }

    /// Calls that are remembered.
    private static let capacity = 8
    /// Longer headers are not remembered.
    static let longestHeaders = 256
    /// Longer messages are not remembered, with their prefix.
    static let longestData = 512

    private var calls: [Call] = []
    private var oldest = 0

    var isEmpty: Bool { calls.isEmpty }

    mutating func forget() { calls.removeAll(keepingCapacity: true) }

    mutating func remember(_ call: Call) {
        if calls.count < Self.capacity {
            calls.append(call)
        } else {
            oldest = (oldest + 1) % Self.capacity
            calls[oldest] = call
        }
    }

    /// True where a call has these headers.
    func contains(headers: UnsafeRawBufferPointer) -> Bool {
        calls.contains { Self.isSame($0.headers, headers) }
    }

    /// The source of a call; nil where none has these bytes.
    func source(headers: UnsafeRawBufferPointer, data: UnsafeRawBufferPointer) -> LaneSource? {
        for call in calls where Self.isSame(call.data, data) && Self.isSame(call.headers, headers) {
            return call.source
        }
        return nil
    }

    @inline(__always)
    private static func isSame(_ known: [UInt8], _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard known.count == bytes.count else { return false }
        guard let start = bytes.baseAddress else { return true }
        return known.withUnsafeBytes { $0.baseAddress.map { memcmp($0, start, known.count) == 0 } ?? true }
    }
}
