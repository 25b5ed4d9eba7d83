import Frond

extension SegmentSimulation {
    private var unavailable: FrondError { FrondError(.storeUnavailable, "the store does not answer") }
    private var networkDelay: ClosedRange<Duration> { .microseconds(50)...(.milliseconds(20)) }
    /// The time after which a server stops waiting for the store.
    private var replyTimeout: Duration { .seconds(2) }

    mutating func send(_ call: StoreCall) {
        if happens(0.03) {
            answer(call, .failure(unavailable), after: replyTimeout)
        } else {
            schedule(.storeReads(call), in: networkDelay)
        }
    }

    /// The read half of a reservation: what it sees may be old by the time it is written.
    mutating func read(_ call: StoreCall) {
        if happens(0.03) {
            answer(call, .failure(unavailable), after: .milliseconds(1))
            return
        }
        let seen = happens(0.1) ? staleRecords[call.store] : records[call.store]
        schedule(.storeWrites(call, read: seen), in: .zero...(.milliseconds(happens(0.1) ? 800 : 2)))
    }

    /// The compare-and-swap.
    mutating func write(_ call: StoreCall, basedOn read: TagRecord) {
        switch call.kind {
        case .reserve(let request): reserve(call, request, basedOn: read)
        case .giveBack(let tail): takeBack(call, tail)
        }
    }

    private mutating func reserve(_ call: StoreCall, _ request: FetchRequest, basedOn read: TagRecord) {
        // Without the guard the store gives what it has, be it less than is needed.
        let demand =
            configuration.removedGuard == .demand ? SegmentDemand(wanted: request.count) : request.demand
        do {
            let (segment, successor) =
                configuration.stores == 1
                ? try read.reserving(atLeast: demand, after: request.floor, secret: secret())
                : try read.reserving(atLeast: demand, after: nil, notBelow: request.floor, secret: secret())
            let record = records[call.store]
            let isUnchanged = read.version == record.version && read.maxID == record.maxID
            guard isUnchanged || configuration.removedGuard == .reservationCompare else {
                retry(call)
                return
            }
            checkShare(segment, request, of: read)
            commit(successor, to: call.store)
            let numbers = NumberRun(first: segment.first, count: segment.count, stride: segment.stride)
            allow(numbers, cycle: segment.cycle)
            if servers[call.server].life == call.life { servers[call.server].reserved.append(numbers) }
            if happens(0.05) {
                // Committed, and the reply is lost: a gap.
                report.lostReplies += 1
                answer(call, .failure(unavailable), after: replyTimeout)
            } else {
                answer(call, .success(segment), after: random.duration(in: networkDelay))
            }
        } catch  where error.code == .storeWentBack {
            // A stale read below the floor: the store itself has not gone back.
            retry(call)
        } catch {
            answer(call, .failure(error), after: random.duration(in: networkDelay))
        }
    }

    /// A reservation takes nothing where too few are left, and a small part of what is left unless more is needed.
    private mutating func checkShare(_ segment: Segment, _ request: FetchRequest, of record: TagRecord) {
        let left = (record.maxValue - segment.first) / segment.stride + 1
        if !configuration.cycles, request.needed > left {
            report.violations.append("\(segment.count) of \(left) numbers went to a request for \(request.needed)")
        }
        let largest = max(left / TagRecord.shareDivisor, request.demand.least, 1)
        if segment.count > largest {
            report.violations.append("a reservation took \(segment.count) of \(left) numbers")
        }
    }

    private mutating func secret() -> ReservationSecret { ReservationSecret(high: random.next(), low: random.next()) }

    private mutating func allow(_ numbers: NumberRun, cycle: Int64) {
        report.cycles = max(report.cycles, cycle)
        for number in numbers {
            let (last, count) = allowance[number] ?? (-1, 0)
            if last != cycle { allowance[number] = (cycle, count + 1) }
        }
    }

    /// An operator changes the step or moves the next number forward, with the command or by an SQL statement,
    /// which knows nothing of the version.
    mutating func operate() {
        guard faultsEnabled else { return }
        schedule(.operation, in: .milliseconds(100)...(.seconds(4)))
        let store = Int.random(in: records.indices, using: &random)
        let record = records[store]
        let maxID = min(record.maxID + Int64.random(in: 0...50, using: &random), record.maxValue + 1)
        report.operations += 1
        if random.chance(0.5) {
            var successor = record
            successor.maxID = maxID
            commit(successor, to: store)
            return
        }
        let step = random.chance(0.3) ? Int64.random(in: 1...20, using: &random) : nil
        do {
            commit(
                try record.applying(TagChange(step: step, maxID: maxID, allowEnd: true), nowMilliseconds: 0), to: store)
        } catch {
            report.violations.append("a change by hand was refused: \(error)")
        }
    }

    private mutating func takeBack(_ call: StoreCall, _ tail: Segment) {
        if let successor = records[call.store].takingBack(tail) {
            commit(successor, to: call.store)
            report.givenBack += 1
        } else if configuration.removedGuard == .giveBackCompare {
            var successor = records[call.store]
            successor.maxID = tail.first
            successor.version += 1
            commit(successor, to: call.store)
        }
        queue.add(.gaveBack(call), at: now + random.duration(in: networkDelay))
    }

    private mutating func commit(_ successor: TagRecord, to store: Int) {
        staleRecords[store] = records[store]
        records[store] = successor
    }

    private mutating func retry(_ call: StoreCall) {
        var call = call
        call.triesLeft -= 1
        if call.triesLeft > 0 {
            schedule(.storeReads(call), in: .zero...(.milliseconds(2)))
        } else {
            answer(call, .failure(unavailable), after: .zero)
        }
    }

    private mutating func answer(_ call: StoreCall, _ result: Result<Segment, FrondError>, after delay: Duration) {
        switch call.kind {
        case .reserve: queue.add(.reply(call, result), at: now + delay)
        case .giveBack: queue.add(.gaveBack(call), at: now + delay)
        }
    }
}
