/// Cursors on growing pieces of logs, the one with the smallest ID on top: a binary heap.
struct MergeHeap {
    private var cursors: [IDLogCursor]

    init(_ cursors: [IDLogCursor]) {
        // Sorted is a heap.
        self.cursors = cursors.sorted { $0.first < $1.first }
    }

    /// The entry with the smallest ID; its piece goes on to the next one.
    mutating func popFirst(in logs: [IDLog]) -> IDLogCursor? {
        guard let top = cursors.first else { return nil }
        var next = top
        if next.advance(in: logs), next.first >= top.end {
            cursors[0] = next
        } else {
            // The piece ends where the IDs no longer grow; what follows is a piece of its own.
            let last = cursors.removeLast()
            if cursors.isEmpty { return top }
            cursors[0] = last
        }
        sink()
        return top
    }

    private mutating func sink() {
        cursors.withUnsafeMutableBufferPointer { heap in
            let sinking = heap[0]
            var place = 0
            while true {
                var child = 2 * place + 1
                guard child < heap.count else { break }
                if child + 1 < heap.count, heap[child + 1].first < heap[child].first { child += 1 }
                guard heap[child].first < sinking.first else { break }
                heap[place] = heap[child]
                place = child
            }
            heap[place] = sinking
        }
    }
}
