import Frond

// The way from a server to the registry and back.

extension WorkerSimulation {
    mutating func begin(_ call: HorizonStateMachine.Call, _ number: Int, _ index: Int) {
        guard let milliseconds = moment(of: index)?.milliseconds else { return }
        let transaction: any WorkerTransaction =
            switch call {
            case .acquire(let length):
                WorkerAcquisition(
                    WorkerRequest(
                        holder: holder(index), workerIDs: settings.layout.workerIDs, nowMilliseconds: milliseconds,
                        length: length), secret: secret(index),
                    seed: servers[index].random.next())
            case .extend(let lease, let horizon):
                WorkerChange(
                    lease, .extend(to: horizon), nowMilliseconds: milliseconds,
                    holdAfterLoss: settings.policy.maxHorizon + .seconds(1))
            case .release(let lease, let horizon):
                WorkerChange(lease, .release(at: horizon), nowMilliseconds: milliseconds)
            }
        var started = WorkerSimulatedServer.Call(call: call, transaction: transaction)
        let step = started.transaction.begin()
        servers[index].process?.calls[number] = started
        proceed(step, number, index)
    }

    private func holder(_ index: Int) -> WorkerHolder {
        WorkerHolder(
            host: "host-\(index)", processID: Int64(servers[index].life),
            startedAtMilliseconds: (servers[index].process?.startedAt ?? .zero).wholeMilliseconds)
    }

    mutating func received(_ index: Int, _ number: Int, _ reply: WorkerStoreReply?) {
        guard var call = servers[index].process?.calls[number] else { return }
        guard let reply else {
            proceed(
                .finished(.failure(FrondError(.registryUnavailable, "the registry does not answer"))), number, index)
            return
        }
        let step = call.transaction.received(reply)
        servers[index].process?.calls[number] = call
        proceed(step, number, index)
    }

    private mutating func proceed(_ step: WorkerStep, _ number: Int, _ index: Int) {
        switch step {
        case .call(let call):
            send(call, number, index)
        case .finished(let result):
            guard let call = servers[index].process?.calls.removeValue(forKey: number) else { return }
            let lease = result.map(WorkerLease.init(record:))
            switch call.call {
            case .acquire(let length): drive(index) { $0.acquired(number, lease, length: length, $1) }
            case .extend(let old, _): drive(index) { $0.extended(number, of: old, lease, $1) }
            case .release: drive(index) { $0.released(number, $1) }
            }
        }
    }

    private mutating func send(_ call: WorkerStoreCall, _ number: Int, _ index: Int) {
        let life = servers[index].life
        switch fate(index) {
        case .lost:
            break
        case .refused:
            queue.add(.reply(server: index, life: life, number: number, nil), at: now + delay())
        case .delivered:
            queue.add(.call(server: index, life: life, number: number, call), at: now + delay())
        }
    }

    /// A call arrives at the registry: it is done, whatever has become of the server.
    mutating func arrive(_ index: Int, _ life: Int, _ number: Int, _ call: WorkerStoreCall) {
        // A registry that was wiped refuses.
        let reply = try? store.perform(call)
        if case .raiseFloor = call, reply != nil { summary.noticedRestores += 1 }
        if case .replace(let expected, let successor) = call, case .replaced(true) = reply {
            ledger.replaced(expected, with: successor)
        }
        switch fate(index) {
        case .lost:
            break
        case .refused:
            queue.add(.reply(server: index, life: life, number: number, nil), at: now + delay())
        case .delivered:
            queue.add(.reply(server: index, life: life, number: number, reply), at: now + delay())
        }
    }

    /// Without the guard all holdings have the same secret.
    private mutating func secret(_ index: Int) -> WorkerSecret {
        var random = settings.guards.contains(.secrets) ? servers[index].random : SplitMix64(seed: 0)
        let secret = WorkerSecret(using: &random)
        if settings.guards.contains(.secrets) { servers[index].random = random }
        return secret
    }

    private enum Fate { case delivered, refused, lost }

    private mutating func fate(_ index: Int) -> Fate {
        if servers[index].isCutOff { return Bool.random(using: &random) ? .lost : .refused }
        guard now < settings.troubles, settings.crashesOnly == nil, settings.restores == 0 else { return .delivered }
        switch Int.random(in: 0..<40, using: &random) {
        case 0: return .lost
        case 1, 2: return .refused
        default: return .delivered
        }
    }

    private mutating func delay() -> Duration {
        let isSlow = now < settings.troubles && settings.restores == 0 && Int.random(in: 0..<20, using: &random) == 0
        return .milliseconds(Int64.random(in: 1...(isSlow ? 12_000 : 20), using: &random))
    }
}
