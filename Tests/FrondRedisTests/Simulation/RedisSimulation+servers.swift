import Frond
import FrondTesting

@testable import FrondRedis

extension RedisSimulation {
    private var url: RedisURL { RedisURL(host: "simulated") }
    private var networkDelay: ClosedRange<Duration> { .microseconds(50)...(.milliseconds(10)) }
    /// The time after which a server stops waiting for Redis or the store.
    private var timeout: Duration { .milliseconds(300) }
    private var unavailable: FrondError { FrondError(.storeUnavailable, "no answer") }

    // MARK: Servers

    mutating func begin(at server: Int) {
        guard servers[server].draw == nil else { return }
        let draw = RedisDraw(
            tag: tag, url: url, key: "key", count: Int.random(in: 1...12, using: &random), ceilingStep: ceilingStep,
            jitter: Double.random(in: 0...1, using: &random))
        servers[server].draw = draw
        perform(draw.first, at: server)
    }

    /// Lets an event happen to the draw of a server and performs what it decides.
    mutating func update(_ server: Int, _ event: (inout RedisDraw, TagMemory) -> RedisDraw.Action) {
        guard var draw = servers[server].draw else { return }
        let action = event(&draw, servers[server].memory)
        servers[server].draw = draw
        perform(action, at: server)
    }

    mutating func receive(_ answer: RedisAnswer, at server: Int) {
        guard var draw = servers[server].draw else { return }
        if configuration.removedGuard == .memory { servers[server].memory = TagMemory() }
        let step = draw.answered(answer, memory: &servers[server].memory)
        servers[server].draw = draw
        if let kind = step.event { report.events[kind, default: 0] += 1 }
        if step.installed { report.rangesInstalled += 1 }
        perform(step.action, at: server)
    }

    mutating func receive(_ result: Result<Segment, FrondError>, at server: Int) {
        update(server) { draw, memory in draw.reserved(result, memory: memory) }
    }

    mutating func fail(at server: Int) {
        if configuration.removedGuard == .giveBackOnlyRefused {
            // As if a reply that was lost meant that nothing was installed.
            receive(.changed, at: server)
        } else {
            let error = unavailable
            update(server) { draw, _ in draw.failed(error) }
        }
    }

    mutating func refuse(at server: Int) {
        let error = unavailable
        update(server) { draw, _ in draw.refused(error) }
    }

    private mutating func perform(_ action: RedisDraw.Action, at server: Int) {
        let caller = Caller(server: server, life: servers[server].life)
        switch action {
        case .draw(let count): send(.draw(count: count), from: caller)
        case .install(let segment, let mark, let count):
            send(.install(segment, replacing: mark, count: count), from: caller)
        case .readCeiling: schedule(.readCeiling(caller), in: networkDelay)
        case .reserve(let demand, let floor):
            schedule(.reserve(demand, after: floor, caller), in: networkDelay)
        case .giveBack(let segment):
            report.rangesLost += 1
            schedule(.giveBack(segment, caller), in: networkDelay)
        case .pause(let duration): queue.add(.resume(caller), at: now + duration)
        case .finish(let result):
            servers[server].draw = nil
            switch result {
            case .failure: report.failures += 1
            case .success(let numbers):
                issue(numbers)
                servers[server].hasServedSinceHealing = true
            }
            if faultsEnabled { schedule(.begin(server: server), in: .zero...(.milliseconds(30))) }
        }
    }

    mutating func crash(_ server: Int) {
        guard faultsEnabled else { return }
        servers[server].life += 1
        servers[server].memory = TagMemory()
        servers[server].draw = nil
        servers[server].process = current
        schedule(.begin(server: server), in: .milliseconds(1)...(.milliseconds(500)))
        scheduleFault(server)
    }

    mutating func pause(_ server: Int) {
        guard faultsEnabled else { return }
        servers[server].pausedUntil = now + random.duration(in: .milliseconds(1)...(.seconds(4)))
        scheduleFault(server)
    }

    // MARK: Redis

    private mutating func send(_ command: Command, from caller: Caller) {
        let process = servers[caller.server].process
        func run(isAnswered: Bool) -> Event { .run(command, process: process, for: caller, isAnswered: isAnswered) }
        if configuration.removedGuard == .installSentOnce, case .install = command, faultsEnabled {
            schedule(run(isAnswered: false), in: .zero...(.seconds(3)))
        }
        if happens(0.03) {
            queue.add(.failure(caller), at: now + timeout)
        } else if happens(0.03) {
            schedule(.refusal(caller), in: networkDelay)
        } else if happens(0.06) {
            // It runs, soon or late, and nobody is told.
            queue.add(.failure(caller), at: now + timeout)
            schedule(run(isAnswered: false), in: .zero...(.seconds(random.chance(0.5) ? 0.1 : 5)))
        } else {
            schedule(run(isAnswered: true), in: networkDelay)
        }
    }

    mutating func execute(_ command: Command, on process: Int, for caller: Caller, isAnswered: Bool) {
        guard processes[process].isUp else {
            if isAnswered { queue.add(.failure(caller), at: now + timeout) }
            return
        }
        let answer =
            switch command {
            case .draw(let count): processes[process].draw(count: Int64(count))
            case .install(let segment, let mark, let count):
                processes[process].install(segment, replacing: mark, count: Int64(count))
            }
        if processes[process].wentBack {
            processes[process].wentBack = false
            report.violations.append("process \(process) went back though nothing was lost")
        }
        if isAnswered { schedule(.answer(answer, caller), in: networkDelay) }
        if random.chance(0.1) { copies.append(processes[process].hash) }
    }

    // MARK: The ceiling

    mutating func readCeiling(for caller: Caller) {
        if happens(0.05) {
            queue.add(.ceilingRead(.failure(unavailable), caller), at: now + timeout)
        } else {
            schedule(.ceilingRead(.success(record), caller), in: networkDelay)
        }
    }

    mutating func receive(_ result: Result<TagRecord?, FrondError>, at server: Int) {
        guard var draw = servers[server].draw else { return }
        let action = draw.readCeiling(result, memory: &servers[server].memory)
        servers[server].draw = draw
        if case .finish(.failure(let error)) = action, error.code == .storeWentBack {
            report.violations.append("the ceiling was called too low, though it never went back: \(error)")
        }
        perform(action, at: server)
    }

    mutating func reserve(_ demand: SegmentDemand, after floor: SegmentPosition?, for caller: Caller) {
        if happens(0.03) {
            queue.add(.reserved(.failure(unavailable), caller), at: now + timeout)
            return
        }
        do {
            let (segment, successor) = try record.reserving(atLeast: demand, after: floor)
            record = successor
            if happens(0.03) {
                queue.add(.reserved(.failure(unavailable), caller), at: now + timeout)
            } else {
                let late = happens(0.05)
                schedule(.reserved(.success(segment), caller), in: .zero...(.milliseconds(late ? 2000 : 20)))
            }
        } catch {
            report.violations.append("the ceiling store refused, though it never went back: \(error)")
            queue.add(.reserved(.failure(error), caller), at: now)
        }
    }

    mutating func takeBack(_ segment: Segment, from caller: Caller) {
        if let successor = record.takingBack(segment) { record = successor }
        schedule(.gaveBack(caller), in: networkDelay)
    }

    /// A segment generator uses the same tag.
    mutating func useSegment() {
        do {
            let (segment, successor) = try record.reserving(atLeast: nil, after: segmentFloor)
            record = successor
            segmentFloor = SegmentPosition(cycle: segment.cycle, next: segment.end)
            issue(segment.first..<segment.end)
        } catch {
            report.violations.append("the segment generator was refused: \(error)")
        }
        if faultsEnabled { schedule(.useSegment, in: .milliseconds(10)...(.seconds(1))) }
    }
}
