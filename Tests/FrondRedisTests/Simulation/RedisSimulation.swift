import Frond
import FrondTesting

@testable import FrondRedis

/// Several servers on one Redis, one ceiling, one seed, in virtual time: the real ``RedisDraw`` and ``TagMemory`` of
/// each server and the real reservation arithmetic of `TagRecord`, while replies are lost both ways, commands run late,
/// servers crash and pause, and Redis loses, restores, restarts and is replaced.
struct RedisSimulation {
    /// A guard that keeps numbers unique and in order; the simulation can run without one, and must then fail.
    enum Guard: CaseIterable {
        /// A range is believed only in the run that it was installed in.
        case runCompare
        /// A process that becomes a primary again has a new run.
        case reignCompare
        /// The check field tells a hash that was edited.
        case check
        /// An install compares what is there with what was seen.
        case installCompare
        /// A server compares numbers with those it was given before.
        case memory
        /// An install is sent once.
        case installSentOnce
        /// A range is given back only where Redis said that it was not installed.
        case giveBackOnlyRefused
    }

    struct Configuration {
        var servers = 3
        /// True if old copies of the hash are put back within a run, which only a server's own memory notices;
        /// servers then do not crash.
        var putsCopiesBack = false
        var removedGuard: Guard?
    }

    enum Command {
        case draw(count: Int)
        case install(Segment, replacing: String, count: Int)
    }

    /// A call of one life of a server.
    struct Caller: Hashable {
        var server: Int
        var life: Int
    }

    enum Event {
        case begin(server: Int)
        case run(Command, process: Int, for: Caller, isAnswered: Bool)
        case answer(RedisAnswer, Caller)
        case failure(Caller)
        case refusal(Caller)
        case readCeiling(Caller)
        case ceilingRead(Result<TagRecord?, FrondError>, Caller)
        case reserve(SegmentDemand, after: SegmentPosition?, Caller)
        case reserved(Result<Segment, FrondError>, Caller)
        case giveBack(Segment, Caller)
        case gaveBack(Caller)
        case resume(Caller)
        case reconnect(server: Int)
        case useSegment
        case trouble
        case crash(server: Int)
        case pause(server: Int)
        case heal
    }

    struct Server {
        var memory = TagMemory()
        var draw: RedisDraw?
        var life = 0
        var pausedUntil = Duration.zero
        /// The process that it is connected to.
        var process = 0
        var hasServedSinceHealing = true
    }

    let configuration: Configuration
    let tag: Tag
    let ceilingStep: Int64
    var random: SplitMix64
    var queue = EventQueue<Event>()
    var now = Duration.zero
    var servers: [Server]
    var processes: [SimulatedRedis]
    /// The process that is the primary for whoever connects now.
    var current = 0
    var reigns = 1
    /// The hash at moments of the past: dumps, replicas that lag, copies.
    var copies: [SimulatedRedis.Hash?] = [nil]
    var record: TagRecord
    var segmentFloor: SegmentPosition?
    var faultsEnabled = true
    var report = RedisSimulationReport()

    init(seed: UInt64, configuration: Configuration = Configuration()) throws {
        self.configuration = configuration
        random = SplitMix64(seed: seed)
        tag = try Tag("simulated")
        ceilingStep = Int64.random(in: 1...40, using: &random)
        record = try TagSettings(step: Int64.random(in: 1...20, using: &random)).newRecord(tag, nowMilliseconds: 0)
        servers = Array(repeating: Server(), count: configuration.servers)
        processes = [SimulatedRedis(process: 0, reign: 1, hash: nil, removedGuard: configuration.removedGuard)]
    }

    /// Runs to the end: load and faults, then all is healed and every server must serve again.
    mutating func run() -> RedisSimulationReport {
        for server in servers.indices {
            queue.add(.begin(server: server), at: .zero)
            scheduleFault(server)
        }
        queue.add(.useSegment, at: .zero)
        schedule(.trouble, in: .milliseconds(50)...(.seconds(2)))
        queue.add(.heal, at: .seconds(12))
        while let (time, event) = queue.removeFirst() {
            now = time
            handle(event)
        }
        for (index, server) in servers.enumerated() where !server.hasServedSinceHealing {
            report.violations.append("server \(index) did not serve again after everything was healed")
        }
        return report
    }

    mutating func schedule(_ event: Event, in delay: ClosedRange<Duration>) {
        queue.add(event, at: now + random.duration(in: delay))
    }

    mutating func happens(_ probability: Double) -> Bool {
        faultsEnabled && random.chance(probability)
    }

    private mutating func handle(_ event: Event) {
        // What concerns a paused server waits until it wakes, in its order.
        if let server = event.server, servers[server].pausedUntil > now {
            queue.add(event, at: servers[server].pausedUntil)
            return
        }
        if let caller = event.caller, servers[caller.server].life != caller.life { return }
        switch event {
        case .begin(let server): begin(at: server)
        case .run(let command, let process, let caller, let isAnswered):
            execute(command, on: process, for: caller, isAnswered: isAnswered)
        case .answer(let answer, let caller): receive(answer, at: caller.server)
        case .failure(let caller): fail(at: caller.server)
        case .refusal(let caller): refuse(at: caller.server)
        case .readCeiling(let caller): readCeiling(for: caller)
        case .ceilingRead(let result, let caller): receive(result, at: caller.server)
        case .reserve(let demand, let floor, let caller): reserve(demand, after: floor, for: caller)
        case .reserved(let result, let caller): receive(result, at: caller.server)
        case .giveBack(let segment, let caller): takeBack(segment, from: caller)
        case .gaveBack(let caller): update(caller.server) { draw, _ in draw.gaveBack() }
        case .resume(let caller): update(caller.server) { draw, _ in draw.resumed() }
        case .reconnect(let server): servers[server].process = current
        case .useSegment: useSegment()
        case .trouble: trouble()
        case .crash(let server): crash(server)
        case .pause(let server): pause(server)
        case .heal: heal()
        }
    }

    func scheduledFault(_ server: Int, isCrash: Bool) -> Event {
        isCrash && !configuration.putsCopiesBack ? .crash(server: server) : .pause(server: server)
    }

    mutating func scheduleFault(_ server: Int) {
        guard faultsEnabled else { return }
        let event = scheduledFault(server, isCrash: random.chance(0.5))
        schedule(event, in: .milliseconds(100)...(.seconds(6)))
    }

    /// A number reached a caller: it must be new.
    mutating func issue(_ numbers: some Sequence<Int64>) {
        for number in numbers where !report.issued.insert(number).inserted {
            report.violations.append("\(number) was issued twice")
        }
    }
}

/// The result of a simulation.
struct RedisSimulationReport {
    /// Each is a broken promise; an empty list is a good run.
    var violations: [String] = []
    var issued: Set<Int64> = []
    var events: [RedisCounterEvent.Kind: Int] = [:]
    var rangesLost = 0
    var rangesInstalled = 0
    var failures = 0
}

extension RedisSimulation.Event {
    /// The server that the event needs awake; what Redis and the store do needs none.
    fileprivate var server: Int? {
        switch self {
        case .begin(let server), .reconnect(let server): server
        default: caller?.server
        }
    }

    /// The life of a server that it belongs to.
    fileprivate var caller: RedisSimulation.Caller? {
        switch self {
        case .answer(_, let caller), .failure(let caller), .refusal(let caller), .reserved(_, let caller),
            .gaveBack(let caller),
            .resume(let caller), .ceilingRead(_, let caller):
            caller
        default: nil
        }
    }
}
