import Frond
import FrondTesting
import Testing

@Suite("Worker IDs in simulation", .timeLimit(.minutes(10)))
struct WorkerSimulationTests {
    private func settings(_ seed: UInt64) -> WorkerSimulation.Settings {
        WorkerSimulation.Settings(layout: WorkerSimulation.smallLayout(seed: seed))
    }

    @Test("no ID comes twice, goes back or is issued outside its reservation, whatever goes wrong")
    func survives() async throws {
        var total = (ids: 0, starts: 0, takeovers: 0, lost: 0)
        for seed in 1...Simulations.seeds {
            await Task.yield()
            let summary = try WorkerSimulation.run(seed: seed, settings: settings(seed))
            total.ids += summary.ids
            total.starts += summary.starts
            total.takeovers += summary.takeovers
            total.lost += summary.lostLeases
        }
        // The simulation is worth nothing if nothing happens in it.
        #expect(total.ids > 500 * Int(Simulations.seeds))
        #expect(total.starts > 15 * Int(Simulations.seeds))
        #expect(total.takeovers > 8 * Int(Simulations.seeds))
        #expect(total.lost > 2 * Int(Simulations.seeds))
    }

    @Test("the same seed gives the same run")
    func replays() throws {
        let first = try WorkerSimulation.run(seed: 7, settings: settings(7))
        let second = try WorkerSimulation.run(seed: 7, settings: settings(7))
        #expect(first.fingerprint == second.fingerprint)
        #expect(first.ids == second.ids)
    }

    @Test(
        "each guard is needed: without it an ID comes twice",
        arguments: [WorkerSimulation.Guards.floor, .horizon, .fencing])
    func needs(guarding: WorkerSimulation.Guards) async {
        let failure = await firstFailure(without: guarding, checkingIDsOnly: true)
        #expect(failure?.reason.contains("issued before") ?? false, "nothing came twice")
        #expect(failure?.description.contains("seed") ?? false)
    }

    @Test("a lease must be closed before it is given back: a thread that slept would issue beyond what was given back")
    func needsClosing() async {
        let failure = await firstFailure(without: .closing, checkingIDsOnly: false)
        #expect(failure != nil)
    }

    private func firstFailure(
        without guarding: WorkerSimulation.Guards, checkingIDsOnly: Bool, wipes: Int = 0, restores: Int = 0
    ) async -> WorkerSimulation.Failure? {
        for seed in 1...max(200, Simulations.seeds) {
            await Task.yield()
            var settings = settings(seed)
            settings.guards.subtract(guarding)
            settings.checksIDsOnly = checkingIDsOnly
            settings.wipes = wipes
            settings.restores = restores
            do throws(WorkerSimulation.Failure) {
                try WorkerSimulation.run(seed: seed, settings: settings)
            } catch {
                return error
            }
        }
        return nil
    }

    @Test("a registry that is wiped, and initialised again by an operator, makes no ID come twice")
    func survivesWipes() async throws {
        var leases = 0
        for seed in 1...Simulations.seeds {
            await Task.yield()
            var settings = settings(seed)
            settings.wipes = 2
            // A clock that was ahead when it set a horizon keeps the whole registry waiting for that long.
            settings.clocksGoWrong = seed % 4 == 0
            let summary = try WorkerSimulation.run(seed: seed, settings: settings)
            leases += summary.leases
            if !settings.clocksGoWrong { #expect(summary.recovered > 0, "seed \(seed)") }
        }
        #expect(leases > 8 * Int(Simulations.seeds))
    }

    @Test("a registry that was wiped must be refused: one that begins anew at once makes an ID come twice")
    func needsOrigin() async {
        let failure = await firstFailure(without: .origin, checkingIDsOnly: true, wipes: 2)
        #expect(failure?.reason.contains("issued before") ?? false, "nothing came twice")
    }

    @Test("a registry that goes back to an older copy under its holders makes no ID come twice")
    func survivesRestores() async throws {
        var noticed = 0
        var leases = 0
        for seed in 1...Simulations.seeds {
            await Task.yield()
            var settings = settings(seed)
            settings.restores = 2
            settings.checksIDsOnly = true
            let summary = try WorkerSimulation.run(seed: seed, settings: settings)
            noticed += summary.noticedRestores
            leases += summary.leases
        }
        #expect(leases > 5 * Int(Simulations.seeds))
        #expect(noticed > Int(Simulations.seeds) / 2)
    }

    @Test(
        "without secrets, settling or checks a registry that goes back makes an ID come twice",
        arguments: [WorkerSimulation.Guards.secrets, .settling, .checking])
    func needsRestoreGuards(guarding: WorkerSimulation.Guards) async {
        let failure = await firstFailure(without: guarding, checkingIDsOnly: true, restores: 2)
        #expect(failure?.reason.contains("issued before") ?? false, "nothing came twice")
    }

    @Test("where clocks are right, as many servers issue again as there are worker IDs")
    func recovers() async throws {
        for seed in 1...max(20, Simulations.seeds / 10) {
            await Task.yield()
            var settings = settings(seed)
            settings.clocksGoWrong = false
            let summary = try WorkerSimulation.run(seed: seed, settings: settings)
            let expected = min(settings.servers, settings.layout.workerIDs.count)
            #expect(summary.recovered >= expected, "seed \(seed)")
        }
    }

    @Test("2,000 crashes do not use up 1,024 worker IDs")
    func survivesCrashLoops() async throws {
        var settings = WorkerSimulation.Settings(
            layout: try SnowflakeLayout(
                .init(preset: "leaf", sequenceBits: 6), nowMilliseconds: 1_704_067_200_000))
        settings.servers = 40
        settings.clocksGoWrong = false
        settings.crashesOnly = 2000
        settings.troublePause = .milliseconds(20)
        settings.requestPause = .milliseconds(200)
        let summary = try WorkerSimulation.run(seed: 1, settings: settings)
        #expect(summary.starts == 2000)
        #expect(summary.leases > 1500)
    }
}
