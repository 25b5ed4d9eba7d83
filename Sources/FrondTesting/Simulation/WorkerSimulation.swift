public import Frond

/// Many servers that share worker IDs, in virtual time, from one seed: crashes, pauses, clocks that jump, lost and
/// delayed replies, partitions.
///
/// The servers are the real state machines (``Frond/HorizonStateMachine``, ``Frond/ClockGuard``,
/// ``Frond/SnowflakeWords`` and the transactions of the registry); only what drives them is simulated. The same seed
/// and settings give the same run.
public struct WorkerSimulation: Sendable {
    /// The guards that make IDs unique. Leaving one out must make the simulation fail.
    public struct Guards: OptionSet, Sendable {
        public let rawValue: Int

        public init(rawValue: Int) { self.rawValue = rawValue }

        /// A new holder begins at the horizon of the old one.
        public static let floor = Guards(rawValue: 1)
        /// Nothing is issued at or above the horizon.
        public static let horizon = Guards(rawValue: 2)
        /// The registry compares before it replaces.
        public static let fencing = Guards(rawValue: 4)
        /// A lease that was dropped is closed before it is given back.
        public static let closing = Guards(rawValue: 8)
        /// A registry that was wiped is refused until an operator has said where it begins.
        public static let origin = Guards(rawValue: 16)
        /// Each holding has a secret of its own.
        public static let secrets = Guards(rawValue: 32)
        /// A worker ID is held for a while before it is used.
        public static let settling = Guards(rawValue: 64)
        /// A holder looks at its record often.
        public static let checking = Guards(rawValue: 128)
        public static let all: Guards = [
            .floor, .horizon, .fencing, .closing, .origin, .secrets, .settling, .checking,
        ]
    }

    /// The settings of a run. Durations are of virtual time.
    public struct Settings: Sendable {
        public var servers = 6
        public var layout: SnowflakeLayout
        public var policy = WorkerPolicy(
            minHorizon: .seconds(2), maxHorizon: .seconds(15), clockPatience: .seconds(3))
        public var guards = Guards.all
        /// The length of the troubles.
        public var troubles = Duration.seconds(60)
        /// The length of the recovery, at the end.
        public var recovery = Duration.seconds(30)
        /// Between two troubles, on average.
        public var troublePause = Duration.milliseconds(700)
        /// Between two requests to one server, on average.
        public var requestPause = Duration.milliseconds(100)
        /// True where clocks jump, and differ.
        public var clocksGoWrong = true
        /// The number of times that the registry is wiped.
        public var wipes = 0
        /// The number of times that the registry goes back to an older copy under the servers. All servers reach the
        /// registry then: a holder that is cut off or paused cannot notice.
        public var restores = 0
        /// True to look at the IDs alone, and not at what was reserved for them: a guard that is left out must make
        /// an ID come twice, and not just break a rule of the house.
        public var checksIDsOnly = false
        /// The number of crashes after which the run ends; nil for all kinds of troubles.
        public var crashesOnly: Int?

        public init(layout: SnowflakeLayout) {
            self.layout = layout
        }
    }

    /// The result of a run.
    public struct Summary: Sendable {
        public internal(set) var ids = 0
        public internal(set) var starts = 0
        public internal(set) var leases = 0
        public internal(set) var takeovers = 0
        public internal(set) var lostLeases = 0
        public internal(set) var clockSteps = 0
        /// The number of times that a holder found the registry older than its lease.
        public internal(set) var noticedRestores = 0
        /// The number of servers that issued in the second half of the recovery.
        public internal(set) var recovered = 0
        /// Of everything that was done, in order: equal for equal runs.
        public internal(set) var fingerprint: UInt64 = 0
    }

    /// A run in which a promise was broken.
    public struct Failure: Error, CustomStringConvertible {
        public let seed: UInt64
        public let reason: String
        /// The last events.
        public let trace: [String]

        public var description: String {
            (["seed \(seed): \(reason)"] + trace).joined(separator: "\n  ")
        }
    }

    /// 2024-01-01T00:00:00Z, when runs begin.
    static let beginning: Int64 = 1_704_067_200_000

    enum Event: Sendable {
        case start(server: Int)
        case wake(server: Int, life: Int, timer: Int)
        case request(server: Int)
        case lateClaim(server: Int, life: Int, cell: Int, next: Int64, claim: SnowflakeWords.Claim)
        case call(server: Int, life: Int, number: Int, WorkerStoreCall)
        case reply(server: Int, life: Int, number: Int, WorkerStoreReply?)
        case resume(server: Int)
        case reconnect(server: Int)
        case trouble
        case wipe
        case initialise
        case copy
        case restore(InMemoryWorkerStore.Copy)

        /// The server of the event, which must wait while that is paused.
        var pausable: Int? {
            switch self {
            case .wake(let server, _, _), .request(let server), .lateClaim(let server, _, _, _, _),
                .reply(let server, _, _, _):
                server
            case .start, .call, .resume, .reconnect, .trouble, .wipe, .initialise, .copy, .restore:
                nil
            }
        }
    }

    let seed: UInt64
    let settings: Settings
    var random: SplitMix64
    var queue = EventQueue<Event>()
    var now = Duration.zero
    let store: InMemoryWorkerStore
    var servers: [WorkerSimulatedServer] = []
    var ledger: WorkerLedger
    var summary = Summary()
    var trace: [String] = []

    private init(seed: UInt64, settings: Settings) {
        self.seed = seed
        self.settings = settings
        random = SplitMix64(seed: seed)
        store = InMemoryWorkerStore(comparing: settings.guards.contains(.fencing))
        ledger = WorkerLedger(layout: settings.layout, checksIDsOnly: settings.checksIDsOnly)
    }

    /// Runs to the end.
    /// - Throws: ``Failure`` with the seed where an ID came twice, went back, or was issued outside its reservation.
    @discardableResult
    public static func run(seed: UInt64, settings: Settings) throws(Failure) -> Summary {
        var simulation = WorkerSimulation(seed: seed, settings: settings)
        return try simulation.run()
    }

    /// A layout with few worker IDs and few sequence numbers, where a fault shows soon; another for each seed.
    public static func smallLayout(seed: UInt64) -> SnowflakeLayout {
        var random = SplitMix64(seed: seed)
        let tick: Int64 = [1, 10, 100, 1000].randomElement(using: &random) ?? 1
        return SnowflakeLayout(
            unchecked: tick, epochMilliseconds: beginning - 3 * 366 * 86_400_000, tickBits: 45, datacenterBits: 0,
            workerBits: Int.random(in: 1...2, using: &random), sequenceBits: Int.random(in: 1...4, using: &random),
            order: Bool.random(using: &random) ? .workerThenSequence : .sequenceThenWorker)
    }

    private mutating func run() throws(Failure) -> Summary {
        for index in 0..<settings.servers {
            servers.append(WorkerSimulatedServer(index: index, seed: random.next()))
            if settings.clocksGoWrong { servers[index].wallOffset = Int64.random(in: -200...200, using: &random) }
            queue.add(.start(server: index), at: .milliseconds(Int64.random(in: 0...500, using: &random)))
            queue.add(.request(server: index), at: .milliseconds(Int64.random(in: 0...500, using: &random)))
        }
        queue.add(.trouble, at: settings.troublePause)
        for _ in 0..<settings.wipes {
            queue.add(.wipe, at: settings.troubles * Double.random(in: 0.1...0.8, using: &random))
        }
        for _ in 0..<settings.restores {
            queue.add(.copy, at: settings.troubles * Double.random(in: 0...0.7, using: &random))
        }
        let end = settings.troubles + settings.recovery
        while let (time, event) = queue.removeFirst(), time < end || settings.crashesOnly != nil {
            now = time
            summary.fingerprint = SplitMix64.mixed(summary.fingerprint ^ UInt64(time.wholeMilliseconds))
            handle(event)
            if let fault = ledger.fault { throw Failure(seed: seed, reason: fault, trace: trace) }
            if let crashes = settings.crashesOnly, summary.starts >= crashes { break }
        }
        summary.ids = ledger.count
        summary.recovered = servers.filter { $0.lastIssue > settings.troubles + settings.recovery / 2 }.count
        return summary
    }

    private mutating func handle(_ event: Event) {
        if let server = event.pausable, servers[server].isPaused {
            servers[server].deferred.append(event)
            return
        }
        switch event {
        case .start(let server): start(server)
        case .wake(let server, let life, let timer):
            if servers[server].life == life, servers[server].timer == timer { drive(server) { $0.tick($1) } }
        case .request(let server): request(server)
        case .lateClaim(let server, let life, let cell, let next, let claim):
            if servers[server].life == life { finish(claim, next: next, cell: cell, of: server) }
        case .call(let server, let life, let number, let call): arrive(server, life, number, call)
        case .reply(let server, let life, let number, let reply):
            if servers[server].life == life { received(server, number, reply) }
        case .resume(let server): resume(server)
        case .reconnect(let server): servers[server].isCutOff = false
        case .trouble: makeTrouble()
        case .wipe: wipe()
        case .initialise: initialise()
        case .copy: copy()
        case .restore(let copy): restore(copy)
        }
    }

    mutating func note(_ line: String) {
        trace.append("\(now.wholeMilliseconds) ms: \(line)")
        if trace.count > 60 { trace.removeFirst(20) }
    }
}
