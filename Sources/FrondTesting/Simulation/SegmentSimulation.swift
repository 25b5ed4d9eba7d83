import Frond

/// Many servers, one store or several, one seed, in virtual time: the real state machines under every fault we can
/// think of.
///
/// Each server runs the real ``SegmentBuffer`` and ``StoreHealthStateMachine``; the store runs the real reservation
/// arithmetic of `TagRecord`. Between any two steps that are separate in reality (claim and look at the window, read
/// and compare-and-swap, commit and reply) other servers get their turn, messages are lost, servers pause and crash.
package struct SegmentSimulation {
    /// A guard that keeps IDs unique; the simulation can run without one, and must then fail.
    package enum Guard: CaseIterable, Sendable {
        /// A reservation compares the record's version and max_id.
        case reservationCompare
        /// A give-back compares the record's version and max_id.
        case giveBackCompare
        /// A claim looks whether the window covers its slot.
        case windowBounds
        /// A claim is taken back only where there was no claim since.
        case slotGiveBack
        /// Each of several stores hands out the numbers of its own stripe.
        case stripes
        /// A reservation fails where fewer numbers are left than are needed.
        case demand
    }

    package struct Configuration: Sendable {
        package var servers = 4
        /// The length of faults and load, before everything is healed.
        package var duration = Duration.seconds(20)
        package var removedGuard: Guard?
        /// Over how many stores the numbers are spread.
        package var stores = 1
        /// True if the tag begins again after some thousands of numbers.
        package var cycles = false
        /// True for a tag that ends after some thousands of numbers, with requests for more than are left.
        package var ends = false
        /// False for servers that never crash and stores that always answer: then no number may be lost.
        package var hasFaults = true

        package init(
            removedGuard: Guard? = nil, stores: Int = 1, cycles: Bool = false, ends: Bool = false,
            hasFaults: Bool = true
        ) {
            self.removedGuard = removedGuard
            self.stores = stores
            self.cycles = cycles
            self.ends = ends
            self.hasFaults = hasFaults
        }
    }

    enum Event {
        case request(server: Int)
        case claimed(server: Int, life: Int, request: Request, slots: Range<Int64>)
        case unclaimed(server: Int, life: Int, slots: Range<Int64>)
        case timer(server: Int, life: Int)
        case storeReads(StoreCall)
        case storeWrites(StoreCall, read: TagRecord)
        case reply(StoreCall, Result<Segment, FrondError>)
        case gaveBack(StoreCall)
        case crash(server: Int)
        case pause(server: Int)
        case stop(server: Int)
        case start(server: Int)
        /// An operator changes the tag by hand.
        case operation
        case heal
    }

    /// A request for IDs.
    struct Request {
        enum Kind {
            /// Waits for its answer.
            case waiting
            /// Takes one number or none, and takes its claim back in that case.
            case attempt
            /// The same with several numbers, all from the published window.
            case attemptOfMany
        }

        var id: Int
        var kind = Kind.waiting
        var wanted: Int64
        /// The highest number this server had answered with when the request began.
        var floor: Int64
        var numbers: [NumberRun] = []
    }

    /// A call on its way to the store and back.
    struct StoreCall {
        enum Kind {
            case reserve(FetchRequest)
            case giveBack(Segment)
        }

        var server: Int
        var life: Int
        var kind: Kind
        var store: Int
        var triesLeft = 20
    }

    let configuration: Configuration
    let tag: Tag
    var random: SplitMix64
    var queue = EventQueue<Event>()
    var now = Duration.zero
    var servers: [SimulatedServer]
    /// The record of each store as committed, and as it was before: what a stale read sees.
    var records: [TagRecord]
    var staleRecords: [TagRecord]
    /// The number of times each number may be issued: once for each cycle in which it was reserved.
    var allowance: [Int64: (cycle: Int64, count: Int)] = [:]
    private var timesIssued: [Int64: Int] = [:]
    var faultsEnabled = true
    var nextRequest = 0
    var report = SimulationReport()

    package init(seed: UInt64, configuration: Configuration = Configuration()) throws {
        self.configuration = configuration
        random = SplitMix64(seed: seed)
        tag = try Tag("simulated")
        let step = Int64.random(in: 1...20, using: &random)
        var settings = TagSettings(step: step, cycles: configuration.cycles)
        if configuration.cycles || configuration.ends {
            settings.maxValue = Int64.random(in: 2000...5000, using: &random)
        }
        if configuration.ends, random.chance(0.5) { settings.step = 1000 }
        let record = try settings.newRecord(tag, nowMilliseconds: 0)
        records = (0..<configuration.stores).map { store in
            var record = record
            guard configuration.removedGuard != .stripes else { return record }
            record.stripe = TagStripe(index: Int64(store), count: Int64(configuration.stores))
            return record
        }
        staleRecords = records
        let policy = SegmentPolicy(
            prefetchFraction: Double.random(in: 0...1, using: &random),
            targetDuration: random.duration(in: .milliseconds(10)...(.seconds(2))),
            maxStep: Int64.random(in: 1...200, using: &random), waitLimit: .seconds(1), maxWaiters: 50)
        servers = Array(repeating: SimulatedServer(tag: tag, policy: policy), count: configuration.servers)
    }

    /// Runs to the end: load and faults, then all is healed and every server must serve again.
    package mutating func run() -> SimulationReport {
        for server in servers.indices { schedule(.request(server: server), in: .zero...(.milliseconds(50))) }
        for server in servers.indices { scheduleFault(server) }
        if configuration.hasFaults { schedule(.operation, in: .milliseconds(100)...(.seconds(4))) }
        queue.add(.heal, at: configuration.duration)
        while let (time, event) = queue.removeFirst() {
            now = time
            handle(event)
        }
        if configuration.ends {
            checkEnd()
        } else {
            for (index, server) in servers.enumerated() where !server.hasServedSinceHealing {
                report.violations.append("server \(index) did not serve again after everything was healed")
            }
        }
        return report
    }

    mutating func schedule(_ event: Event, in delay: ClosedRange<Duration>) {
        queue.add(event, at: now + random.duration(in: delay))
    }

    /// If nothing fails no number is lost, whatever was asked for: what was not issued is left, in the store or in
    /// the buffers.
    ///
    /// Several stores lose more: the numbers of one server grow, so the record of a store that lags is moved forward.
    private mutating func checkEnd() {
        guard !configuration.hasFaults, configuration.stores == 1 else { return }
        let left = records.reduce(0) { $0 + ($1.maxValue - $1.maxID) / $1.stripe.count + 1 }
        let inHand = servers.reduce(0) { $0 + $1.buffer.left(cursor: $1.cursor) }
        let all = records.reduce(0) { $0 + ($1.maxValue - $1.startID) / $1.stripe.count + 1 }
        guard Int64(report.issued.count) + left + inHand != all else { return }
        report.violations.append(
            "\(report.issued.count) numbers were issued, \(left) are left and \(inHand) in hand, of \(all)")
    }

    mutating func happens(_ probability: Double) -> Bool {
        faultsEnabled && configuration.hasFaults && random.chance(probability)
    }

    private mutating func handle(_ event: Event) {
        // What concerns a paused server waits until it wakes, in its order.
        if let server = event.server, servers[server].pausedUntil > now {
            queue.add(event, at: servers[server].pausedUntil)
            return
        }
        switch event {
        case .request(let server): arrive(at: server)
        case .claimed(let server, let life, let request, let slots):
            if servers[server].life == life { look(request, slots: slots, at: server) }
        case .unclaimed(let server, let life, let slots):
            if servers[server].life == life { takeBack(slots, at: server) }
        case .timer(let server, let life):
            if servers[server].life == life { update(server) { $0.buffer.timerFired(now: $1) } }
        case .storeReads(let call): read(call)
        case .storeWrites(let call, let read): write(call, basedOn: read)
        case .reply(let call, let result): receive(call, result)
        case .gaveBack(let call):
            if servers[call.server].life == call.life { giveNextBack(at: call.server) }
        case .crash(let server):
            report.crashes += 1
            restart(server)
            scheduleFault(server)
        case .pause(let server):
            servers[server].pausedUntil = now + random.duration(in: .milliseconds(1)...(.seconds(5)))
            scheduleFault(server)
        case .stop(let server):
            shutDown(server)
            scheduleFault(server)
        case .start(let server): servers[server].isUp = true
        case .operation: operate()
        case .heal: heal()
        }
    }

    private mutating func scheduleFault(_ server: Int) {
        guard faultsEnabled, configuration.hasFaults else { return }
        let fault: Event =
            switch Int.random(in: 0..<3, using: &random) {
            case 0: .crash(server: server)
            case 1: .pause(server: server)
            default: .stop(server: server)
            }
        schedule(fault, in: .milliseconds(100)...(.seconds(8)))
    }

    private mutating func heal() {
        faultsEnabled = false
        for index in servers.indices {
            servers[index].pausedUntil = now
            servers[index].hasServedSinceHealing = false
            // Longer than the longest pause of a store's health, so that every server has had its probe.
            queue.add(.request(server: index), at: now + .seconds(20))
            queue.add(.request(server: index), at: now + .seconds(30))
        }
    }

    /// A number reached a caller: it must be new, ours, and above all that this server answered before.
    mutating func issue(_ request: Request, at server: Int) {
        let count = request.numbers.reduce(0) { $0 + $1.count }
        if count != request.wanted { report.violations.append("\(count) numbers instead of \(request.wanted)") }
        for number in request.numbers.joined() {
            report.issued.insert(number)
            timesIssued[number, default: 0] += 1
            if timesIssued[number, default: 0] > allowance[number]?.count ?? 0 {
                report.violations.append("\(number) was issued twice")
            }
            // A number does not tell its cycle.
            if number <= request.floor, !configuration.cycles {
                report.violations.append("\(number) came after \(request.floor) from server \(server)")
            }
            if !servers[server].reserved.contains(where: { $0.contains(number) }) {
                report.violations.append("\(number) was not reserved by server \(server)")
            }
            servers[server].highestAnswered = max(servers[server].highestAnswered, number)
        }
        servers[server].hasServedSinceHealing = true
    }

    mutating func fail(_ error: FrondError) {
        report.failures[error.code, default: 0] += 1
    }
}

extension SegmentSimulation.Event {
    /// The server that the event needs awake; what the store does needs none.
    fileprivate var server: Int? {
        switch self {
        case .request(let server), .claimed(let server, _, _, _), .timer(let server, _): server
        case .unclaimed(let server, _, _): server
        case .reply(let call, _), .gaveBack(let call): call.server
        case .stop(let server), .start(let server): server
        case .storeReads, .storeWrites, .crash, .pause, .operation, .heal: nil
        }
    }
}
