import Frond
import FrondTesting

@testable import FrondRedis

extension RedisSimulation {
    mutating func trouble() {
        guard faultsEnabled else { return }
        schedule(.trouble, in: .milliseconds(50)...(.seconds(2)))
        if configuration.putsCopiesBack {
            putCopyBack()
            return
        }
        switch Int.random(in: 0..<7, using: &random) {
        case 0, 6: processes[current].lose(nil)
        case 1: edit()
        case 2: restart()
        case 3: failOver(keepsOld: true)
        case 4: failOver(keepsOld: false)
        default: failBack()
        }
    }

    /// The data left somewhere else: all of it, nothing, or an earlier state.
    private mutating func oldData() -> SimulatedRedis.Hash? {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: processes[current].hash
        case 1: nil
        default: copies.suffix(200).randomElement(using: &random) ?? nil
        }
    }

    private mutating func edit() {
        guard var hash = processes[current].hash else { return }
        switch Int.random(in: 0..<5, using: &random) {
        case 0: hash.used = 0
        case 1: hash.used = Int64.random(in: -5...hash.size, using: &random)
        case 2: hash.first = Int64.random(in: 0...hash.first, using: &random)
        case 3: hash.size += 10
        default: hash.check = "by hand"
        }
        processes[current].lose(hash)
    }

    /// An old copy of the run that goes on.
    private mutating func putCopyBack() {
        let run = processes[current].hash?.run
        let copy = copies.suffix(200).filter { $0?.run == run }.randomElement(using: &random)
        if let copy { processes[current].lose(copy) }
    }

    private mutating func restart() {
        let data = oldData()
        processes[current].isUp = false
        addProcess(data)
    }

    /// Another process takes over. The old one may go on serving whoever is still connected to it.
    private mutating func failOver(keepsOld: Bool) {
        let data = oldData()
        if !keepsOld { processes[current].isPrimary = false }
        addProcess(data)
    }

    private mutating func addProcess(_ hash: SimulatedRedis.Hash?) {
        reigns += 1
        current = processes.count
        processes.append(
            SimulatedRedis(
                process: current, reign: reigns, hash: hash, removedGuard: configuration.removedGuard))
        switchServers()
    }

    /// A process that was the primary before becomes it again, with the data of the one that took over.
    private mutating func failBack() {
        let others = processes.indices.filter { $0 != current && processes[$0].isUp }
        guard let old = others.randomElement(using: &random) else { return }
        // Where the other lagged and nobody used it, its data is what this process wrote itself, some time ago.
        let own = copies.suffix(200).filter { $0?.run.hasPrefix("\(old)-") == true }.randomElement(using: &random)
        let data = own ?? oldData()
        reigns += 1
        processes[current].isPrimary = false
        processes[old].lose(data)
        processes[old].reign = reigns
        processes[old].isPrimary = true
        current = old
        switchServers()
    }

    private mutating func switchServers() {
        for server in servers.indices {
            schedule(.reconnect(server: server), in: .zero...(.milliseconds(800)))
        }
    }

    mutating func heal() {
        faultsEnabled = false
        for server in servers.indices {
            servers[server].pausedUntil = now
            servers[server].hasServedSinceHealing = false
            queue.add(.reconnect(server: server), at: now + .seconds(2))
            queue.add(.begin(server: server), at: now + .seconds(10))
            queue.add(.begin(server: server), at: now + .seconds(20))
        }
    }
}
