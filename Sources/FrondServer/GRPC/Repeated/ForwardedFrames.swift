import NIOCore

/// All that goes on to HTTP/2 of one read, in its order: ranges of the bytes that came, and frames in their place.
struct ForwardedFrames {
    private enum Piece {
        case bytes(Range<Int>)
        case windowUpdate(Int)
        case setting(name: UInt16, value: UInt32)
    }

    private var pieces: [Piece] = []

    mutating func removeAll() { pieces.removeAll(keepingCapacity: true) }

    /// Adds bytes of the read.
    mutating func add(_ range: Range<Int>) {
        if case .bytes(let last) = pieces.last, last.upperBound == range.lowerBound {
            pieces[pieces.count - 1] = .bytes(last.lowerBound..<range.upperBound)
        } else {
            pieces.append(.bytes(range))
        }
    }

    /// Adds a WINDOW_UPDATE for the connection.
    mutating func addWindowUpdate(_ increment: Int) { pieces.append(.windowUpdate(increment)) }

    /// Adds a setting, within the bytes of its frame.
    mutating func addSetting(_ name: UInt16, _ value: UInt32) { pieces.append(.setting(name: name, value: value)) }

    /// The bytes that go on.
    /// - Parameter input: the bytes of the read.
    func joined(_ input: ByteBuffer) -> ByteBuffer {
        var rest = ByteBuffer()
        for piece in pieces {
            switch piece {
            case .bytes(let range):
                let slice = input.getSlice(at: input.readerIndex + range.lowerBound, length: range.count)
                guard let slice else { continue }
                // The usual case: one slice, without a copy.
                if pieces.count == 1 { return slice }
                rest.writeImmutableBuffer(slice)
            case .windowUpdate(let increment): rest.writeWindowUpdate(increment)
            case .setting(let name, let value): rest.writeMultipleIntegers(name, value)
            }
        }
        return rest
    }
}
