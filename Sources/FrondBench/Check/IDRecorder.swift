/// Takes the IDs of one connection as they come: counts them, checks their order, and logs them for the check at the
/// end that none came twice.
struct IDRecorder: Sendable {
    /// An ID that is not above the one before it on the same connection.
    struct Descent: Sendable {
        var id: ReceivedID
        var previous: ReceivedID
    }

    /// IDs received.
    private(set) var count: UInt64 = 0
    /// The number of IDs not above the one before.
    private(set) var descents: UInt64 = 0
    /// The first few of them.
    private(set) var descentExamples: [Descent] = []
    private(set) var log: IDLog
    private let exampleLimit: Int
    /// The IDs that follow on each other and are not in the log yet: none where empty.
    private var runFirst: UInt128 = 0
    private var runEnd: UInt128 = 0
    /// True if the next ID has a predecessor on this connection.
    private var hasPrevious = false

    init(budget: RecordingBudget, exampleLimit: Int) {
        log = IDLog(budget: budget)
        self.exampleLimit = exampleLimit
    }

    @inline(__always)
    mutating func record(_ id: UInt128) {
        count &+= 1
        if id == runEnd, hasPrevious {
            runEnd &+= 1
        } else {
            beginRun(id)
        }
    }

    /// IDs that follow on each other: 1 or more.
    mutating func record(run first: UInt128, count: UInt64) {
        record(first)
        self.count &+= count - 1
        runEnd &+= UInt128(count - 1)
    }

    private mutating func beginRun(_ id: UInt128) {
        if hasPrevious, id < runEnd {
            descents += 1
            if descentExamples.count < exampleLimit {
                descentExamples.append(Descent(id: ReceivedID(id), previous: ReceivedID(runEnd - 1)))
            }
        }
        logRun()
        runFirst = id
        runEnd = id &+ 1
        hasPrevious = true
    }

    private mutating func logRun() {
        if runFirst != runEnd { log.append(first: runFirst, count: UInt64(truncatingIfNeeded: runEnd &- runFirst)) }
        runFirst = runEnd
    }

    /// The connection was lost: the IDs of the next one need not be above those of this one.
    mutating func forgetPrevious() {
        logRun()
        hasPrevious = false
    }

    /// Must be called before the log is read.
    mutating func finish() {
        logRun()
        log.finish()
    }
}
