import Frond

/// One server of a simulation: the real state machines, and what its threads and its operating system add.
struct SimulatedServer {
    let tag: Tag
    let policy: SegmentPolicy
    var buffer: SegmentBuffer<Int>
    var health = StoreHealthStateMachine()
    var cursor: Int64 = 0
    /// The window that threads see without the lock.
    var published = SegmentWindow.empty
    var requests: [Int: SegmentSimulation.Request] = [:]
    /// Counts restarts: events of an earlier life are dropped.
    var life = 0
    var isUp = true
    var pausedUntil = Duration.zero
    var highestAnswered = Int64.min
    /// The segments that the store committed for this life of the server.
    var reserved: [NumberRun] = []
    /// The segments still to be given back.
    var tails: [Segment] = []
    var hasServedSinceHealing = true

    init(tag: Tag, policy: SegmentPolicy) {
        self.tag = tag
        self.policy = policy
        buffer = SegmentBuffer(tag: tag, policy: policy)
    }

    /// A process that is started anew remembers nothing.
    mutating func forgetAll() {
        let (life, paused, served) = (life, pausedUntil, hasServedSinceHealing)
        self = SimulatedServer(tag: tag, policy: policy)
        self.life = life + 1
        pausedUntil = paused
        hasServedSinceHealing = served
    }
}
