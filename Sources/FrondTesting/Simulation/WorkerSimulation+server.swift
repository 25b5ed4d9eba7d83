import Frond

// What `WorkerKeeper` and `SnowflakeGenerator` do, in virtual time.

extension WorkerSimulation {
    mutating func start(_ index: Int) {
        guard servers[index].process == nil else { return }
        let wall = servers[index].wallMilliseconds(at: now)
        let seeds = (servers[index].random.next(), servers[index].random.next())
        servers[index].life += 1
        servers[index].process = WorkerSimulatedServer.Process(
            startedAt: now,
            keeper: HorizonStateMachine(
                policy: policy, traits: WorkerRegistryTraits(isApart: settings.restores > 0),
                tickMilliseconds: settings.layout.tickMilliseconds, seed: seeds.0, now: .zero),
            clockGuard: ClockGuard(maxForwardJump: .seconds(10), wallMilliseconds: wall, monotonic: .zero),
            words: SnowflakeWords(
                layout: settings.layout, maxAhead: .milliseconds(10), spreadSeed: seeds.1))
        summary.starts += 1
        note("server \(index) starts, its clock off by \(servers[index].wallOffset) ms")
        drive(index) { $0.tick($1) }
    }

    private var policy: WorkerPolicy {
        var policy = settings.policy
        if !settings.guards.contains(.settling) { policy.settlingTime = .zero }
        if !settings.guards.contains(.checking) { policy.checkPause = .seconds(3600) }
        return policy
    }

    mutating func stop(_ index: Int, restartAfter pause: Duration) {
        servers[index].process = nil
        servers[index].isPaused = false
        servers[index].deferred = servers[index].deferred.filter {
            if case .request = $0 { true } else { false }
        }
        for event in servers[index].deferred { queue.add(event, at: now) }
        servers[index].deferred = []
        queue.add(.start(server: index), at: now + pause)
    }

    mutating func resume(_ index: Int) {
        guard servers[index].isPaused else { return }
        servers[index].isPaused = false
        note("server \(index) wakes")
        // In any order, as threads do.
        for event in servers[index].deferred.shuffled(using: &random) { queue.add(event, at: now) }
        servers[index].deferred = []
    }

    // MARK: The keeper

    /// Lets an event happen to the keeper of a server, and performs the effects.
    mutating func drive(
        _ index: Int, _ event: (inout HorizonStateMachine, HorizonStateMachine.Moment) -> HorizonStateMachine.Effects
    ) {
        guard let moment = moment(of: index), var keeper = servers[index].process?.keeper else { return }
        let effects = event(&keeper, moment)
        servers[index].process?.keeper = keeper
        perform(effects, index)
    }

    private mutating func perform(_ effects: HorizonStateMachine.Effects, _ index: Int) {
        guard let startedAt = servers[index].process?.startedAt else { return }
        if effects.closes {
            let end = close(index)
            if effects.acceptsClock { acceptClock(index) }
            drive(index) { $0.closed(issuedUntil: end, $1) }
            return
        }
        if let lease = effects.install { install(lease, index) }
        if let horizon = effects.raise { raise(horizon, index) }
        for (number, call) in effects.calls { begin(call, number, index) }
        servers[index].timer += 1
        if let wakeAt = effects.wakeAt {
            queue.add(
                .wake(server: index, life: servers[index].life, timer: servers[index].timer), at: startedAt + wakeAt)
        }
        if effects.end != nil {
            note("server \(index) has ended")
            stop(index, restartAfter: .milliseconds(Int64.random(in: 0...5000, using: &random)))
        }
    }

    mutating func moment(of index: Int) -> HorizonStateMachine.Moment? {
        guard let process = servers[index].process else { return nil }
        let monotonic = now - process.startedAt
        guard let milliseconds = observe(index) else { return nil }
        var jump = Duration.zero
        if case .ahead(let difference) = servers[index].process?.clockGuard.state { jump = difference }
        var behind: Int64 = 0
        if let cell = process.cells.last, !cell.isClosed {
            behind = process.words.ticksBehind(
                next: cell.next, now: process.words.tick(ofMilliseconds: milliseconds))
        }
        return HorizonStateMachine.Moment(
            monotonic: monotonic, milliseconds: milliseconds,
            behind: .milliseconds(behind * settings.layout.tickMilliseconds), jump: jump)
    }

    private mutating func observe(_ index: Int) -> Int64? {
        let wall = servers[index].wallMilliseconds(at: now)
        guard let startedAt = servers[index].process?.startedAt else { return nil }
        return servers[index].process?.clockGuard.observe(wallMilliseconds: wall, monotonic: now - startedAt)
    }

    private mutating func acceptClock(_ index: Int) {
        let wall = servers[index].wallMilliseconds(at: now)
        guard let startedAt = servers[index].process?.startedAt else { return }
        servers[index].process?.clockGuard.accept(wallMilliseconds: wall, monotonic: now - startedAt)
    }

    // MARK: The generator

    private mutating func install(_ lease: WorkerLease, _ index: Int) {
        guard let milliseconds = observe(index), let process = servers[index].process else { return }
        var known = lease
        if !settings.guards.contains(.floor) {
            var record = lease.record
            record.floorMilliseconds = 0
            known = WorkerLease(record: record)
        }
        let words = process.words
        let cell = WorkerSimulatedServer.Cell(
            lease: lease, identity: settings.layout.identity(datacenterID: 0, workerID: lease.workerID),
            next: words.firstWord(
                of: known, after: process.cells.last?.next ?? 0, now: words.tick(ofMilliseconds: milliseconds)),
            limit: limit(lease.horizonMilliseconds, words))
        servers[index].process?.cells.append(cell)
        summary.leases += 1
        if lease.floorMilliseconds > 0 { summary.takeovers += 1 }
        note(
            "server \(index) takes worker \(lease.workerID), token \(lease.token), "
                + "\(lease.floorMilliseconds - Self.beginning) ..< \(lease.horizonMilliseconds - Self.beginning)")
    }

    private mutating func raise(_ horizon: Int64, _ index: Int) {
        guard let process = servers[index].process, let last = process.cells.indices.last else { return }
        let raised = max(process.cells[last].limit, limit(horizon, process.words))
        servers[index].process?.cells[last].limit = raised
    }

    private func limit(_ horizon: Int64, _ words: SnowflakeWords) -> Int64 {
        settings.guards.contains(.horizon)
            ? words.limitWord(horizonMilliseconds: horizon) : words.limitWord(horizonMilliseconds: .max / 2)
    }

    private mutating func close(_ index: Int) -> Int64 {
        guard let process = servers[index].process, let last = process.cells.indices.last else { return 0 }
        servers[index].process?.cells[last].isClosed = true
        let end = process.words.horizonMilliseconds(below: process.cells[last].next)
        note("server \(index) drops worker \(process.cells[last].lease.workerID), issued to \(end - Self.beginning)")
        summary.lostLeases += 1
        return end
    }

    // MARK: Requests for IDs

    mutating func request(_ index: Int) {
        let pause = settings.requestPause * Double.random(in: 0...2, using: &random)
        queue.add(.request(server: index), at: now + pause)
        guard let process = servers[index].process, let last = process.cells.indices.last,
            !process.cells[last].isClosed, let milliseconds = observe(index)
        else { return }
        let cell = process.cells[last]
        let tick = process.words.tick(ofMilliseconds: milliseconds)
        let count = Int64.random(in: 1...4, using: &random)
        let claim = process.words.claim(count, next: cell.next, now: tick, limit: cell.limit)
        if claim.isEmpty {
            let stall = process.words.stall(next: cell.next, now: tick, limit: cell.limit)
            if stall == .horizon { drive(index) { $0.starved($1) } }
        } else if Int.random(in: 0..<10, using: &random) == 0 {
            // A thread that sleeps between its look and its compare-and-swap.
            let sleep = Duration.milliseconds(Int64.random(in: 0...6000, using: &random))
            queue.add(
                .lateClaim(server: index, life: servers[index].life, cell: last, next: cell.next, claim: claim),
                at: now + sleep)
        } else {
            finish(claim, next: cell.next, cell: last, of: index)
        }
    }

    mutating func finish(_ claim: SnowflakeWords.Claim, next: Int64, cell position: Int, of index: Int) {
        guard let cell = servers[index].process?.cells[position] else { return }
        let isOpen = !cell.isClosed || !settings.guards.contains(.closing)
        guard isOpen, cell.next == next else { return }
        servers[index].process?.cells[position].next = claim.end
        servers[index].lastIssue = now
        ledger.issued(
            claim, identity: cell.identity, lease: cell.lease, by: index, life: servers[index].life, cell: position)
    }
}
