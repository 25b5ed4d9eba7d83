import Frond

// What goes wrong.

extension WorkerSimulation {
    mutating func makeTrouble() {
        guard now < settings.troubles || settings.crashesOnly != nil else {
            endTroubles()
            return
        }
        queue.add(.trouble, at: now + settings.troublePause * Double.random(in: 0.2...1.8, using: &random))
        let index = Int.random(in: servers.indices, using: &random)
        if settings.crashesOnly != nil {
            crash(index, downFor: .milliseconds(1))
            return
        }
        if settings.restores > 0 {
            stopOrCrash(index)
            return
        }
        switch Int.random(in: 0..<10, using: &random) {
        case 0, 1: crash(index, downFor: .milliseconds(Int64.random(in: 0...3000, using: &random)))
        case 2: stopCleanly(index)
        case 3, 4: pause(index)
        case 5: cutOff(index)
        default: if settings.clocksGoWrong { stepClock(index) }
        }
    }

    private mutating func stopOrCrash(_ index: Int) {
        if Bool.random(using: &random) {
            stopCleanly(index)
        } else {
            crash(index, downFor: .milliseconds(Int64.random(in: 0...5000, using: &random)))
        }
    }

    private mutating func crash(_ index: Int, downFor pause: Duration) {
        guard servers[index].process != nil else { return }
        note("server \(index) crashes")
        stop(index, restartAfter: pause)
    }

    private mutating func stopCleanly(_ index: Int) {
        guard servers[index].process != nil, !servers[index].isPaused else { return }
        note("server \(index) is told to stop")
        drive(index) { $0.stop($1) }
    }

    private mutating func pause(_ index: Int) {
        guard !servers[index].isPaused else { return }
        // From moments to far beyond any horizon.
        let length = Duration.milliseconds(Int64(exponential(from: 1, to: 60_000)))
        servers[index].isPaused = true
        note("server \(index) is paused for \(length)")
        queue.add(.resume(server: index), at: min(now + length, settings.troubles))
    }

    private mutating func cutOff(_ index: Int) {
        guard !servers[index].isCutOff else { return }
        let length = Duration.milliseconds(Int64(exponential(from: 100, to: 40_000)))
        servers[index].isCutOff = true
        note("server \(index) is cut off for \(length)")
        queue.add(.reconnect(server: index), at: min(now + length, settings.troubles))
    }

    /// By 1 ms to 1 year, either way; half of the time an earlier step is undone.
    private mutating func stepClock(_ index: Int) {
        summary.clockSteps += 1
        if servers[index].wallOffset != 0, Bool.random(using: &random) {
            servers[index].wallOffset = 0
        } else {
            let size = Int64(exponential(from: 1, to: 365 * 86_400_000))
            // Mostly small ones: a large one takes its server out for long.
            let step = Int.random(in: 0..<4, using: &random) == 0 ? size : size % 20_000
            let isForward = Bool.random(using: &random)
            servers[index].wallOffset += isForward ? step : -step
        }
        note("the clock of server \(index) is off by \(servers[index].wallOffset) ms")
    }

    /// The registry loses everything; some time later an operator notices.
    mutating func wipe() {
        note("the registry is wiped")
        store.wipe()
        if settings.guards.contains(.origin) {
            queue.add(.initialise, at: now + .milliseconds(Int64.random(in: 0...8000, using: &random)))
        } else {
            _ = store.begin(.embedded, replacing: nil)
        }
    }

    /// The operator knows how far the servers' horizons reach.
    mutating func initialise() {
        note("the registry is initialised after the loss")
        let origin = RegistryOrigin(id: "\(now)", floorMilliseconds: ledger.latestHorizon)
        _ = store.begin(origin, replacing: nil)
    }

    /// A backup is made, to be restored some time later.
    mutating func copy() {
        note("the registry is copied")
        let age = Duration.milliseconds(Int64(exponential(from: 10, to: 30_000)))
        queue.add(.restore(store.copy()), at: min(now + age, settings.troubles))
    }

    mutating func restore(_ copy: InMemoryWorkerStore.Copy) {
        note("the registry goes back to the copy")
        store.restore(copy)
    }

    private mutating func endTroubles() {
        for index in servers.indices {
            servers[index].wallOffset = 0
            servers[index].isCutOff = false
            resume(index)
        }
        note("the troubles are over")
    }

    /// Between two bounds, as often within one power of ten as within another.
    private mutating func exponential(from lower: Double, to upper: Double) -> Double {
        // By doubling, since the functions for this are not in the standard library.
        var value = lower * Double.random(in: 1...2, using: &random)
        var doublings = 0
        var bound = lower
        while bound * 2 <= upper {
            bound *= 2
            doublings += 1
        }
        for _ in 0..<Int.random(in: 0...doublings, using: &random) { value *= 2 }
        return min(value, upper)
    }
}
