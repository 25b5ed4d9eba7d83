import Frond
import Testing

@testable import FrondClient

/// The choice of servers, over seeds, in virtual time.
@Suite("Which server to call", .timeLimit(.minutes(5)))
struct ServerChoiceTests {
    private static let seeds = 0..<200 as Range<UInt64>
    private let servers = (1...3).map { ServerAddress(host: "s\($0)", port: 9090) }
    private let policy = PoolPolicy(shortestPause: .milliseconds(100), longestPause: .seconds(10))

    private func choice(_ seed: UInt64, _ policy: PoolPolicy? = nil) -> ServerChoice {
        ServerChoice(servers, policy: policy ?? self.policy, seed: seed)
    }

    @Test("calls go to the one of two that has fewer under way, so that no server has many more than another")
    func balance() throws {
        for seed in Self.seeds {
            var choice = choice(seed)
            var underWay: [ServerAddress: Int] = [:]
            for _ in 0..<300 {
                let picked = try choice.take(except: [])
                underWay[picked, default: 0] += 1
            }
            let counts = servers.map { underWay[$0] ?? 0 }
            #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 12, "seed \(seed): \(counts)")
        }
    }

    @Test("a call goes to each server once at most, whatever became of it")
    func onceEach() throws {
        for seed in Self.seeds {
            var choice = choice(seed)
            var tried: Set<ServerAddress> = []
            while let picked = choice.pick(except: tried) {
                #expect(tried.insert(picked).inserted)
                choice.ended(picked, .failed, now: .zero)
            }
            #expect(tried.count == 3)
        }
    }

    @Test("a server that failed gets no calls while others answer, and gets them again once it says that it is back")
    func ejection() throws {
        for seed in Self.seeds {
            var choice = choice(seed)
            let dead = try choice.take(except: [])
            choice.ended(dead, .failed, now: .zero)
            var now = Duration.zero
            for round in 1...50 {
                now += .milliseconds(50)
                for _ in 0..<10 {
                    let picked = try choice.take(except: [])
                    #expect(picked != dead, "seed \(seed), round \(round)")
                    choice.ended(picked, .answered, now: now)
                }
                for probe in choice.takeProbes(now: now) {
                    #expect(probe == dead)
                    // One question at a time.
                    let more = choice.takeProbes(now: now + .seconds(60))
                    #expect(more.isEmpty)
                    choice.probed(probe, isBack: false, now: now)
                }
            }
            now += policy.longestPause
            let due = choice.takeProbes(now: now)
            #expect(due == [dead])
            choice.probed(dead, isBack: true, now: now)
            #expect(choice.answering.contains(dead))
        }
    }

    @Test("a server that stays away is asked ever more rarely, up to the longest pause")
    func backoff() throws {
        for seed in Self.seeds {
            var choice = choice(seed)
            let failed = try choice.take(except: [servers[1], servers[2]])
            choice.ended(failed, .failed, now: .zero)
            var now = Duration.zero
            var probes: [Duration] = []
            while now < .seconds(120) {
                now += .milliseconds(10)
                for probe in choice.takeProbes(now: now) {
                    probes.append(now)
                    choice.probed(probe, isBack: false, now: now)
                }
            }
            let pauses = zip(probes, probes.dropFirst()).map { $1 - $0 }
            #expect((15...40).contains(probes.count), "seed \(seed): \(probes.count)")
            #expect((pauses.max() ?? .zero) <= policy.longestPause + .milliseconds(10))
            #expect((pauses.last ?? .zero) >= policy.longestPause / 2)
        }
    }

    @Test("where none answers they are called all the same, the one first that is due first")
    func allDown() throws {
        for seed in Self.seeds {
            var choice = choice(seed)
            var tried: Set<ServerAddress> = []
            var now = Duration.zero
            while let picked = choice.pick(except: tried) {
                tried.insert(picked)
                now += .seconds(1)
                choice.ended(picked, .failed, now: now)
            }
            let first = try choice.take(except: [])
            let due = choice.takeProbes(now: now)
            #expect(due.contains(first))
            choice.ended(first, .answered, now: now)
            #expect(choice.answering == [first])
        }
    }

    @Test("calls that fail together are one failure, and calls that are given up say nothing")
    func together() throws {
        for seed in Self.seeds {
            var choice = choice(seed)
            var picked: [ServerAddress] = []
            for _ in 0..<20 { picked.append(try choice.take(except: [servers[1], servers[2]])) }
            for server in picked.dropLast() { choice.ended(server, .failed, now: .zero) }
            let due = choice.takeProbes(now: policy.shortestPause)
            #expect(due == [servers[0]])
            choice.probed(servers[0], isBack: true, now: policy.shortestPause)
            choice.ended(servers[0], .abandoned, now: policy.shortestPause)
            #expect(choice.answering == servers)
        }
    }

    @Test("servers that are found are called, and let go when they are found no more; the listed ones stay")
    func finding() throws {
        for seed in Self.seeds {
            var choice = choice(seed, PoolPolicy(findsServers: true, findingPause: .seconds(30)))
            let new = ServerAddress(host: "new", port: 9090)
            let isFirst = choice.takeFinding(now: .zero)
            #expect(isFirst)
            let isAgain = choice.takeFinding(now: .seconds(29))
            #expect(!isAgain)
            let gone = choice.found([new, servers[0]])
            #expect(gone.isEmpty)
            #expect(choice.addresses == servers + [new])
            let late = try choice.take(except: Set(servers))
            #expect(late == new)
            let isDue = choice.takeFinding(now: .seconds(30))
            #expect(isDue)
            let goneThen = choice.found([])
            #expect(goneThen == [new])
            // A call that was under way ends after its server was let go.
            choice.ended(late, .failed, now: .seconds(31))
            #expect(choice.addresses == servers)
        }
        var without = choice(1)
        let finds = without.takeFinding(now: .seconds(100))
        #expect(!finds)
    }
}

extension ServerChoice {
    fileprivate mutating func take(except tried: Set<ServerAddress>) throws -> ServerAddress {
        let picked = pick(except: tried)
        return try #require(picked)
    }
}
