import Frond

extension SegmentSimulation {
    /// The waiter that stands for a shutdown instead of a request.
    private static var closer: Int { -1 }

    /// A request comes, and while the load goes on another one will.
    mutating func arrive(at server: Int) {
        if faultsEnabled { schedule(.request(server: server), in: .microseconds(100)...(.milliseconds(60))) }
        guard servers[server].isUp else { return }
        nextRequest += 1
        var wanted = random.chance(0.8) ? 1 : Int64.random(in: 2...60, using: &random)
        // Sooner or later more than is left.
        if configuration.ends, random.chance(0.05) { wanted = Int64.random(in: 500...8000, using: &random) }
        var request = Request(id: nextRequest, wanted: wanted, floor: servers[server].highestAnswered)
        if faultsEnabled, random.chance(0.4) { request.kind = wanted == 1 ? .attempt : .attemptOfMany }
        claim(wanted, for: request, at: server)
    }

    /// The atomic add; the thread may sleep before it looks at the window.
    private mutating func claim(_ count: Int64, for request: Request, at server: Int) {
        let slots = servers[server].cursor..<(servers[server].cursor + count)
        servers[server].cursor += count
        let sleeps = configuration.hasFaults && random.chance(0.2)
        schedule(
            .claimed(server: server, life: servers[server].life, request: request, slots: slots),
            in: .zero...(sleeps ? .milliseconds(300) : .microseconds(1)))
    }

    mutating func look(_ request: Request, slots: Range<Int64>, at server: Int) {
        let window = servers[server].published
        let fast = window.fastSlots
        let isCovered = fast.lowerBound <= slots.lowerBound && slots.upperBound <= fast.upperBound
        let looksAway = configuration.removedGuard == .windowBounds && !window.slots.isEmpty
        if isCovered || looksAway {
            var request = request
            request.numbers.append(window.numbers(of: slots))
            issue(request, at: server)
            return
        }
        guard request.kind == .waiting else {
            attempt(request, slots: slots, at: server)
            return
        }
        servers[server].requests[request.id] = request
        update(server) { server, now in
            server.buffer.claim(slots, for: request.id, cursor: server.cursor, now: now)
        }
        if random.chance(0.01) { update(server) { server, _ in server.buffer.cancelled(slot: slots.lowerBound) } }
    }

    /// The path that does not wait: the one number is asked for by the slow path as well.
    private mutating func attempt(_ request: Request, slots: Range<Int64>, at server: Int) {
        var outcome: Result<Claimed, FrondError>?
        if request.kind == .attempt {
            outcome = update(server) { server, now in
                server.buffer.claim(slots, for: nil, cursor: server.cursor, now: now)
            }
        }
        if case .success(let claimed) = outcome {
            // A slot that was lost to a switch has no number, and is not taken back.
            guard claimed.lostSlots == 0 else { return }
            var request = request
            request.numbers = claimed.numbers
            issue(request, at: server)
        } else {
            let sleeps = configuration.hasFaults && random.chance(0.2)
            schedule(
                .unclaimed(server: server, life: servers[server].life, slots: slots),
                in: .zero...(sleeps ? .milliseconds(300) : .microseconds(1)))
        }
    }

    /// The compare-and-swap of the cursor.
    mutating func takeBack(_ slots: Range<Int64>, at server: Int) {
        let isLast = servers[server].cursor == slots.upperBound
        guard isLast || configuration.removedGuard == .slotGiveBack else { return }
        servers[server].cursor = slots.lowerBound
        report.unclaimed += 1
    }

    /// Lets an event happen at a server and does what its state machine wants done.
    /// - Returns: the outcome for a claim that does not wait, if there is one.
    @discardableResult
    mutating func update(
        _ server: Int, _ event: (inout SimulatedServer, Duration) -> SegmentBuffer<Int>.Effects
    ) -> Result<Claimed, FrondError>? {
        let effects = event(&servers[server], now)
        if effects.windowChanged { servers[server].published = servers[server].buffer.window }
        let life = servers[server].life
        if let deadline = effects.wakeAt { queue.add(.timer(server: server, life: life), at: deadline) }
        for delivery in effects.deliveries { deliver(delivery, at: server) }
        if let fetch = effects.fetch { call(.reserve(fetch), from: server) }
        return effects.immediate
    }

    private mutating func deliver(_ delivery: SegmentBuffer<Int>.Delivery, at server: Int) {
        guard delivery.waiter != Self.closer else {
            giveBack(at: server)
            return
        }
        guard var request = servers[server].requests.removeValue(forKey: delivery.waiter) else {
            report.violations.append("request \(delivery.waiter) was answered twice")
            return
        }
        switch delivery.outcome {
        case .success(let claimed):
            request.numbers.append(contentsOf: claimed.numbers)
            if claimed.lostSlots > 0 {
                claim(claimed.lostSlots, for: request, at: server)
            } else {
                issue(request, at: server)
            }
        case .failure(let error): fail(error)
        }
    }

    private mutating func call(_ kind: StoreCall.Kind, from server: Int) {
        switch servers[server].health.admit(now: now) {
        case .refused(let error):
            update(server) { server, _ in server.buffer.fetchFailed(error, cursor: server.cursor) }
        case .admitted:
            let store = Int.random(in: records.indices, using: &random)
            send(StoreCall(server: server, life: servers[server].life, kind: kind, store: store))
        }
    }

    /// The store's answer, or the end of the wait for it.
    mutating func receive(_ call: StoreCall, _ result: Result<Segment, FrondError>) {
        guard servers[call.server].life == call.life else { return }
        switch result {
        case .success(let segment):
            servers[call.server].health.succeeded()
            update(call.server) { server, now in
                server.buffer.fetched(segment, cursor: server.cursor, now: now)
            }
        case .failure(let error):
            servers[call.server].health.failed(error, now: now, jitter: Double.random(in: 0...1, using: &random))
            update(call.server) { server, _ in server.buffer.fetchFailed(error, cursor: server.cursor) }
        }
    }

    // MARK: The ends of a server

    mutating func shutDown(_ server: Int) {
        guard servers[server].isUp, !servers[server].buffer.isClosed else { return }
        servers[server].isUp = false
        servers[server].published = .closed
        update(server) { server, _ in server.buffer.close(for: Self.closer) }
    }

    private mutating func giveBack(at server: Int) {
        let used = servers[server].cursor
        servers[server].cursor += 1
        servers[server].tails = servers[server].buffer.unusedTails(cursor: used)
        giveNextBack(at: server)
    }

    /// One after another, as the driver does.
    mutating func giveNextBack(at server: Int) {
        if servers[server].tails.isEmpty {
            restart(server)
        } else {
            let tail = servers[server].tails.removeFirst()
            let store = Int(tail.first % tail.stride)
            send(StoreCall(server: server, life: servers[server].life, kind: .giveBack(tail), store: store))
        }
    }

    mutating func restart(_ server: Int) {
        servers[server].forgetAll()
        servers[server].isUp = false
        schedule(.start(server: server), in: .milliseconds(1)...(.milliseconds(500)))
    }
}
