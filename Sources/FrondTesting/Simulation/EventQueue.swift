/// What is to happen in virtual time, in its order; events of one moment keep the order they were added in.
struct EventQueue<Event> {
    private var events: [(time: Duration, event: Event)] = []

    mutating func add(_ event: Event, at time: Duration) {
        // Latest first, so that the next event is the cheap end. Most events are added for soon: look from there.
        var index = events.endIndex
        while index > 0, events[index - 1].time <= time { index -= 1 }
        events.insert((time, event), at: index)
    }

    mutating func next() -> (time: Duration, event: Event)? {
        events.popLast()
    }
}
