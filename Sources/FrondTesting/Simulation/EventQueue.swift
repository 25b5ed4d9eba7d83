/// Events in the order of their times; those of one time in the order in which they were added.
package struct EventQueue<Event: Sendable>: Sendable {
    private struct Entry: Sendable {
        let time: Duration
        let number: Int
        let event: Event

        func precedes(_ other: Entry) -> Bool {
            time == other.time ? number < other.number : time < other.time
        }
    }

    /// A binary heap: each entry precedes its two children.
    private var heap: [Entry] = []
    private var added = 0

    package init() {}

    package mutating func add(_ event: Event, at time: Duration) {
        added += 1
        heap.append(Entry(time: time, number: added, event: event))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].precedes(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    package mutating func removeFirst() -> (time: Duration, event: Event)? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if heap.isEmpty { return (first.time, first.event) }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[child].precedes(heap[least]) { least = child }
            }
            if least == parent { return (first.time, first.event) }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
