import Frond

/// Many servers draw from one counter, one seed, in virtual time: the real ``CounterQueue`` and
/// ``StoreHealthStateMachine`` of each, while replies are lost or late, callers leave and servers crash.
package struct CounterSimulation {
    enum Event {
        case arrive(server: Int)
        case leave(server: Int, life: Int, caller: Int64)
        case timer(server: Int, life: Int)
        case executed(server: Int, life: Int, count: Int)
        case reply(server: Int, life: Int, Result<[NumberRun], FrondError>)
        case crash(server: Int)
        case heal
    }

    private struct Caller {
        var id: Int64
        var wanted: Int
        /// The highest number that any server had answered with when it asked.
        var floor: Int64
    }

    private struct Server {
        var queue: CounterQueue<Int64>
        var health = StoreHealthStateMachine()
        var callers: [Int64: Caller] = [:]
        var life = 0
        var hasServedSinceHealing = true
    }

    private let tag: Tag
    private let policy: CounterPolicy
    private let largestReply: Int
    private var random: SplitMix64
    private var queue = EventQueue<Event>()
    private var now = Duration.zero
    private var servers: [Server]
    private var next: Int64 = 1
    private var lastCaller: Int64 = 0
    private var highestAnswered: Int64 = 0
    private var faultsEnabled = true
    private var report = SimulationReport()

    package init(seed: UInt64) throws {
        random = SplitMix64(seed: seed)
        tag = try Tag("simulated")
        policy = CounterPolicy(largestDraw: Int.random(in: 1...30, using: &random), maxWaiters: 50)
        largestReply = Int.random(in: 1...30, using: &random)
        servers = Array(repeating: Server(queue: CounterQueue(tag: tag, policy: policy)), count: 3)
    }

    /// Runs to the end: load and faults, then all is healed and every server must serve again.
    package mutating func run() -> SimulationReport {
        for server in servers.indices {
            queue.add(.arrive(server: server), at: .zero)
            schedule(.crash(server: server), in: .milliseconds(100)...(.seconds(4)))
        }
        queue.add(.heal, at: .seconds(4))
        while let (time, event) = queue.removeFirst() {
            now = time
            handle(event)
        }
        for (index, server) in servers.enumerated() {
            if !server.hasServedSinceHealing {
                report.violations.append("server \(index) did not serve again after everything was healed")
            }
            if !server.callers.isEmpty {
                report.violations.append("\(server.callers.count) callers of server \(index) got no answer")
            }
        }
        return report
    }

    private mutating func handle(_ event: Event) {
        switch event {
        case .arrive(let server): arrive(at: server)
        case .leave(let server, let life, let caller):
            if servers[server].life == life { update(server) { $0.queue.cancelled(id: caller) } }
        case .timer(let server, let life):
            if servers[server].life == life { update(server) { [now] in $0.queue.timerFired(now: now) } }
        case .executed(let server, let life, let count): execute(count, for: server, life: life)
        case .reply(let server, let life, let result):
            if servers[server].life == life { receive(result, at: server) }
        case .crash(let server): crash(server)
        case .heal: heal()
        }
    }

    private mutating func schedule(_ event: Event, in delay: ClosedRange<Duration>) {
        queue.add(event, at: now + random.duration(in: delay))
    }

    private mutating func happens(_ probability: Double) -> Bool {
        faultsEnabled && random.chance(probability)
    }

    // MARK: Callers

    private mutating func arrive(at server: Int) {
        lastCaller += 1
        let wanted = random.chance(0.8) ? 1 : Int.random(in: 1...60, using: &random)
        let caller = Caller(id: lastCaller, wanted: wanted, floor: highestAnswered)
        servers[server].callers[caller.id] = caller
        update(server) { [now] in $0.queue.enter(caller.id, count: caller.wanted, waiter: caller.id, now: now) }
        if happens(0.1) {
            let leave = Event.leave(server: server, life: servers[server].life, caller: caller.id)
            schedule(leave, in: .zero...(.milliseconds(30)))
        }
        if faultsEnabled { schedule(.arrive(server: server), in: .zero...(.milliseconds(10))) }
    }

    private mutating func update(
        _ server: Int, _ event: (inout Server) -> CounterQueue<Int64>.Effects
    ) {
        let effects = event(&servers[server])
        for delivery in effects.deliveries { answer(delivery, at: server) }
        if let deadline = effects.wakeAt {
            queue.add(.timer(server: server, life: servers[server].life), at: deadline)
        }
        if let count = effects.draw { draw(count, for: server) }
    }

    private mutating func answer(_ delivery: CounterQueue<Int64>.Delivery, at server: Int) {
        guard let caller = servers[server].callers.removeValue(forKey: delivery.waiter) else {
            report.violations.append("caller \(delivery.waiter) was answered twice")
            return
        }
        switch delivery.outcome {
        case .failure(let error): report.failures[error.code, default: 0] += 1
        case .success(let runs):
            let numbers = runs.flatMap(Array.init)
            if numbers.count != caller.wanted {
                report.violations.append("\(numbers.count) numbers instead of \(caller.wanted)")
            }
            for number in numbers {
                if !report.issued.insert(number).inserted { report.violations.append("\(number) was issued twice") }
                if number <= caller.floor {
                    report.violations.append("\(number) is not above \(caller.floor), answered before it was asked for")
                }
            }
            if !zip(numbers, numbers.dropFirst()).allSatisfy(<) {
                report.violations.append("\(numbers) do not increase")
            }
            highestAnswered = max(highestAnswered, numbers.max() ?? 0)
            servers[server].hasServedSinceHealing = true
        }
    }

    // MARK: The counter

    private mutating func draw(_ count: Int, for server: Int) {
        switch servers[server].health.admit(now: now) {
        case .refused(let error): update(server) { $0.queue.drawRefused(error) }
        case .admitted:
            let life = servers[server].life
            if happens(0.02) {
                queue.add(.reply(server: server, life: life, .failure(Self.unavailable)), at: now + .seconds(2))
            } else {
                let delay: Duration = .milliseconds(happens(0.05) ? 3000 : 10)
                schedule(.executed(server: server, life: life, count: count), in: .zero...delay)
            }
        }
    }

    private mutating func execute(_ count: Int, for server: Int, life: Int) {
        let taken = Int64(min(count, largestReply))
        let run = NumberRun(first: next, count: taken)
        next += taken
        report.draws += 1
        if happens(0.03) {
            // Drawn, and the reply is lost: a gap.
            report.lostReplies += 1
            queue.add(.reply(server: server, life: life, .failure(Self.unavailable)), at: now + .seconds(2))
        } else {
            schedule(.reply(server: server, life: life, .success([run])), in: .zero...(.milliseconds(10)))
        }
    }

    private mutating func receive(_ result: Result<[NumberRun], FrondError>, at server: Int) {
        switch result {
        case .success(let runs):
            servers[server].health.succeeded()
            update(server) { $0.queue.drawn(runs) }
        case .failure(let error):
            servers[server].health.failed(error, now: now, jitter: Double.random(in: 0...1, using: &random))
            update(server) { $0.queue.drawFailed(error) }
        }
    }

    private static var unavailable: FrondError { FrondError(.storeUnavailable, "the store does not answer") }

    // MARK: Troubles

    private mutating func crash(_ server: Int) {
        guard faultsEnabled else { return }
        report.crashes += 1
        servers[server].queue = CounterQueue(tag: tag, policy: policy)
        servers[server].health = StoreHealthStateMachine()
        servers[server].callers = [:]
        servers[server].life += 1
        schedule(.crash(server: server), in: .milliseconds(100)...(.seconds(4)))
    }

    private mutating func heal() {
        faultsEnabled = false
        for server in servers.indices {
            servers[server].hasServedSinceHealing = false
            // Longer than the longest pause of a store's health, so that every server has had its probe.
            queue.add(.arrive(server: server), at: now + .seconds(20))
            queue.add(.arrive(server: server), at: now + .seconds(30))
        }
    }
}
