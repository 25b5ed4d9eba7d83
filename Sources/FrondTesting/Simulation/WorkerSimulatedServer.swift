import Frond

/// One server of a ``WorkerSimulation``: its clocks, and what it knows while it lives.
struct WorkerSimulatedServer: Sendable {
    /// A lease as the generator sees it: what ``Frond/SnowflakeGenerator`` keeps in atomics.
    struct Cell: Sendable {
        let lease: WorkerLease
        let identity: Int64
        var next: Int64
        var limit: Int64
        var isClosed = false
    }

    let index: Int
    var random: SplitMix64
    /// The number of the process, one after another; unused where ``process`` is nil.
    var life = 0
    var process: Process?
    /// The offset of its wall clock: milliseconds.
    var wallOffset: Int64 = 0
    var isPaused = false
    var isCutOff = false
    /// The events that came for it while it was paused.
    var deferred: [WorkerSimulation.Event] = []
    var timer = 0
    var lastIssue = Duration.zero

    init(index: Int, seed: UInt64) {
        self.index = index
        random = SplitMix64(seed: seed)
    }

    /// The state that a process loses when it ends.
    struct Process: Sendable {
        let startedAt: Duration
        var keeper: HorizonStateMachine
        var clockGuard: ClockGuard
        let words: SnowflakeWords
        var cells: [Cell] = []
        var calls: [Int: Call] = [:]
    }

    /// A call of the keeper on its way through the registry.
    struct Call: Sendable {
        let call: HorizonStateMachine.Call
        var transaction: any WorkerTransaction
    }

    func wallMilliseconds(at now: Duration) -> Int64 {
        WorkerSimulation.beginning + now.wholeMilliseconds + wallOffset
    }
}
