/// Consecutive IDs of one worker, in increasing order, in the room of three numbers.
package struct SnowflakeBatch: RandomAccessCollection, Sendable {
    private let layout: SnowflakeLayout
    private let identity: Int64
    private let words: Range<Int64>

    init(layout: SnowflakeLayout, identity: Int64, words: Range<Int64>) {
        self.layout = layout
        self.identity = identity
        self.words = words
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { words.count }

    package subscript(position: Int) -> Int64 {
        layout.compose(word: words.lowerBound &+ Int64(truncatingIfNeeded: position), identity: identity)
    }

    /// The same IDs as runs, one a tick.
    package var runs: [NumberRun] {
        var runs: [NumberRun] = []
        var word = words.lowerBound
        while word < words.upperBound {
            let tickEnd = (word >> Int64(layout.sequenceBits) + 1) << Int64(layout.sequenceBits)
            let end = Swift.min(words.upperBound, tickEnd)
            // Within a tick the sequence goes up by one, and the ID by one unit of the sequence field.
            runs.append(
                NumberRun(
                    first: layout.compose(word: word, identity: identity), count: end - word,
                    stride: layout.sequenceUnit))
            word = end
        }
        return runs
    }

    /// Writes all IDs to uninitialised memory, tick by tick.
    /// - Returns: the position after the last.
    func write(to ids: UnsafeMutableBufferPointer<Int64>, at position: Int) -> Int {
        var position = position
        var word = words.lowerBound
        let unit = layout.sequenceUnit
        while word < words.upperBound {
            let tickEnd = (word >> Int64(layout.sequenceBits) + 1) << Int64(layout.sequenceBits)
            let count = Int(Swift.min(words.upperBound, tickEnd) - word)
            // Within a tick the sequence goes up by one, and the ID by one unit of the sequence field.
            let first = layout.compose(word: word, identity: identity)
            let part = UnsafeMutableBufferPointer(rebasing: ids[position..<(position + count)])
            for index in part.indices {
                part.initializeElement(at: index, to: first &+ Int64(truncatingIfNeeded: index) &* unit)
            }
            position += count
            word += Int64(count)
        }
        return position
    }
}
