import Frond

/// One draw, from the first question to its numbers: decides, and does nothing else.
///
/// The promise that no number comes twice rests on three things. A range is reserved in the ceiling store, so it is
/// no other server's. It is sent to Redis at most once, so it is installed at most once, and it is given back only
/// where Redis said that it was not. And Redis gives numbers of it only as long as the run it was installed in goes on:
/// a process that has started since, or has become a primary since, may hold an older copy and is not believed.
///
/// The server whose draw empties a range installs the next one, before it answers; the others give it a moment. Each of
/// them reserving a range of its own, of which one is used, would waste the rest.
///
/// What remains is a counter that goes back within one run: an old copy of the hash put back by hand. Each server
/// notices it where the numbers are ones it was given itself.
struct RedisDraw: Sendable {
    /// The maximum number of attempts of a draw while others are faster.
    static let maxRounds = 8
    /// The time to wait, once and again, for the server that emptied a range to install the next.
    static let pauses: [Duration] = [.milliseconds(5), .milliseconds(10), .milliseconds(20), .milliseconds(40)]

    enum Action: Sendable {
        case draw(count: Int)
        /// Read the tag's record in the ceiling store.
        case readCeiling
        /// Reserve in the ceiling store.
        case reserve(SegmentDemand, after: SegmentPosition?)
        /// Install, where what is there still has this mark.
        case install(Segment, replacing: String, count: Int)
        /// Give the range back, and say so.
        case giveBack(Segment)
        /// Wait so long, and say so.
        case pause(Duration)
        case finish(Result<NumberRun, FrondError>)
    }

    /// The work of the driver after an event, and the events to count.
    struct Step: Sendable {
        var action: Action
        var event: RedisCounterEvent.Kind?
        var installed = false
    }

    private enum Phase: Sendable {
        case drawing
        case checking(HeldRange, isEmptied: Bool)
        case reserving(replacing: String)
        case installing(Segment)
    }

    private let tag: Tag
    private let url: RedisURL
    private let key: String
    private let count: Int
    private let ceilingStep: Int64
    private let jitter: Double
    private var rounds = 0
    private var pauses = Self.pauses[...]
    private var phase = Phase.drawing
    /// The numbers of this draw, while the ceiling is looked at or the next range installed.
    private var held: NumberRun?
    /// The error to fail with once the range that Redis refused is given back.
    private var failure: FrondError?

    /// - Parameter jitter: 0 to 1, to keep servers from asking in step.
    init(tag: Tag, url: RedisURL, key: String, count: Int, ceilingStep: Int64, jitter: Double) {
        self.jitter = jitter
        self.tag = tag
        self.url = url
        self.key = key
        self.count = count
        self.ceilingStep = ceilingStep
    }

    /// The first step.
    var first: Action { .draw(count: count) }

    /// A script answered.
    mutating func answered(_ answer: RedisAnswer, memory: inout TagMemory) -> Step {
        var step = Step(action: .draw(count: count))
        switch answer {
        case .given(let range, let used, let taken):
            step = given(range, used: used, taken: taken, memory: &memory)
        case .missing:
            step = replace("", memory: memory, because: memory.given == nil ? nil : .missing)
        case .otherRun(let mark):
            step = replace(mark, memory: memory, because: .newRun)
        case .damaged(let mark):
            step = replace(mark, memory: memory, because: .damaged)
        case .exhausted(let range):
            memory.noteCeiling(range.finish)
            if let pause = pauses.popFirst() {
                step.action = .pause(pause * (0.5 + jitter))
            } else {
                step = replace(range.mark, memory: memory, because: nil)
            }
        case .changed:
            step.action = wasFaster()
        case .wrongType(let kind):
            step.action = refused(.wrongType(url, key: key, kind: kind))
        case .replica:
            step.action = refused(.isReplica(url.server))
        case .unsupported:
            step.action = refused(.unsupported(url.server))
        }
        return step
    }

    /// The pause is over.
    func resumed() -> Action { .draw(count: count) }

    /// Redis did not answer, or with an error. A range that was sent is in Redis or nowhere: a gap.
    func failed(_ error: FrondError) -> Action { end(error) }

    /// Redis said no: what it was asked to do is certainly not done.
    mutating func refused(_ error: FrondError) -> Action {
        guard case .installing(let segment) = phase else { return end(error) }
        phase = .drawing
        failure = error
        return .giveBack(segment)
    }

    /// The ceiling store was asked for the tag's record.
    ///
    /// It must have reserved what Redis holds. If not, it went back, or Redis holds the numbers of another store. Where
    /// it does not answer, Redis is believed until it does.
    mutating func readCeiling(_ result: Result<TagRecord?, FrondError>, memory: inout TagMemory) -> Action {
        guard case .checking(let range, let isEmptied) = phase, let numbers = held else {
            preconditionFailure("a record came that was not asked for")
        }
        if case .success(let record) = result {
            guard let record else { return .finish(.failure(.unknown(tag))) }
            guard range.finish <= SegmentPosition(cycle: record.cycle, next: record.maxID) else {
                return .finish(.failure(.beyondCeiling(range, record, url: url, key: key)))
            }
            memory.noteCovered(range)
        }
        return finish(numbers, of: range, isEmptied: isEmptied, memory: memory)
    }

    /// The ceiling store answered.
    mutating func reserved(_ result: Result<Segment, FrondError>, memory: TagMemory) -> Action {
        guard case .reserving(let mark) = phase else { preconditionFailure("a range came that was not asked for") }
        switch result {
        case .failure(let error):
            return end(error)
        case .success(let segment):
            if let error = refusal(of: segment, memory: memory) { return end(error) }
            phase = .installing(segment)
            return .install(segment, replacing: mark, count: held == nil ? count : 0)
        }
    }

    /// The range was given back, or it is a gap.
    func gaveBack() -> Action {
        if let held { return .finish(.success(held)) }
        if let failure { return .finish(.failure(failure)) }
        return .draw(count: count)
    }

    // MARK: Steps

    private mutating func given(_ range: HeldRange, used: Int64, taken: Int64, memory: inout TagMemory) -> Step {
        let start = SegmentPosition(cycle: range.cycle, next: range.first + used)
        if let before = memory.given, start < before {
            // These numbers are dropped: some of them were given out before.
            return replace(range.mark, memory: memory, because: .wentBack)
        }
        memory.noteGiven(SegmentPosition(cycle: range.cycle, next: start.next + taken))
        let numbers = held ?? NumberRun(first: start.next, count: taken)
        if case .installing = phase {
            memory.noteCovered(range)
            return Step(action: .finish(.success(numbers)), installed: true)
        }
        held = numbers
        let isEmptied = used + taken == range.size
        guard memory.isCovered(range) else {
            phase = .checking(range, isEmptied: isEmptied)
            return Step(action: .readCeiling)
        }
        return Step(action: finish(numbers, of: range, isEmptied: isEmptied, memory: memory))
    }

    /// Answers; the draw that emptied the range installs the next one before.
    private mutating func finish(
        _ numbers: NumberRun, of range: HeldRange, isEmptied: Bool, memory: TagMemory
    ) -> Action {
        guard isEmptied else { return .finish(.success(numbers)) }
        return replace(range.mark, memory: memory, because: nil).action
    }

    private mutating func replace(_ mark: String, memory: TagMemory, because event: RedisCounterEvent.Kind?) -> Step {
        guard rounds < Self.maxRounds else { return Step(action: end(.contended(tag, rounds: rounds)), event: event) }
        rounds += 1
        phase = .reserving(replacing: mark)
        // A draw that has its numbers needs none: it fills the range for others.
        let demand = SegmentDemand(needed: held == nil ? Int64(count) : 1, wanted: max(ceilingStep, Int64(count)))
        return Step(action: .reserve(demand, after: memory.floor), event: event)
    }

    /// Another server put a range there first: ours was not installed, and the next draw finds theirs.
    private mutating func wasFaster() -> Action {
        guard case .installing(let segment) = phase else { return end(.contended(tag, rounds: rounds)) }
        phase = .drawing
        return .giveBack(segment)
    }

    /// Numbers in hand are answered with, whatever became of the next range.
    private func end(_ error: FrondError) -> Action {
        .finish(held.map { .success($0) } ?? .failure(error))
    }

    /// The reason why a range that the ceiling store reserved must not be used; nil where it may.
    private func refusal(of segment: Segment, memory: TagMemory) -> FrondError? {
        guard segment.first >= 0, segment.first < segment.end, segment.count <= TagRecord.largestStep else {
            let message =
                "the store reserved \(segment.first) to \(segment.end), which is not a valid range, for tag '\(tag)'"
            return FrondError(.storeCorrupt, message, retryAfter: .seconds(5))
        }
        guard segment.stride == 1 else {
            return FrondError(
                .invalidArgument,
                "the numbers of tag '\(tag)' are spread over several databases, which Redis cannot count: use "
                    + "/api/segment for it, or a tag in one database")
        }
        guard let floor = memory.floor, segment.start < floor else { return nil }
        let message = "the store went back: it reserved \(segment.first) for tag '\(tag)' again"
        return FrondError(.storeWentBack, message, retryAfter: .seconds(5))
    }
}

extension TagMemory {
    /// The earliest start of the next reservation.
    var floor: SegmentPosition? {
        guard let given, let ceiling else { return given ?? ceiling }
        return max(given, ceiling)
    }
}
