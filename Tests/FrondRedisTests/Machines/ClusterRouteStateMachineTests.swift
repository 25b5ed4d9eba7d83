import Frond
import RESP
import Testing

@testable import FrondRedis

@Suite("The way of a command through a cluster", .timeLimit(.minutes(1)))
struct ClusterRouteStateMachineTests {
    private let nodes = (0..<4).map { RedisEndpoint(host: "n\($0)") }
    private let draw = RedisCommand.draw(key: "frond:{order}", count: 1)
    private let install = RedisCommand.install(
        key: "frond:{order}", mark: "", cycle: 0, first: 1, size: 1, count: 1)
    private let slot = HashSlot(of: "order").number

    private func map(_ count: Int = 3) -> ClusterMap { ClusterMap(seeds: Array(nodes.prefix(count))) }

    private func failure(isUnsent: Bool) -> Result<RESPValue, RedisFailure> {
        .failure(RedisFailure(error: FrondError(.storeUnavailable, "down"), isUnsent: isUnsent))
    }

    private func error(_ text: String) -> Result<RESPValue, RedisFailure> { .success(.error(text)) }

    @Test("a redirection is followed and remembered")
    func moved() {
        var map = map()
        var route = ClusterRouteStateMachine(install, map: map)
        #expect(route.first.target == nodes[0])
        #expect(route.ended(error("MOVED \(slot) n2:6379"), map: &map).target == nodes[2])
        #expect(route.ended(.success(.integer(1)), map: &map).result?.isSuccess == true)
        #expect(ClusterRouteStateMachine(draw, map: map).first.target == nodes[2])
    }

    @Test("a slot on the move is asked for where it goes, this once")
    func ask() {
        var map = map()
        map.learn(HashSlot(of: "order"), nodes[0])
        var route = ClusterRouteStateMachine(install, map: map)
        let next = route.ended(error("ASK \(slot) n3:6379"), map: &map)
        #expect(next.target == nodes[3] && next.isAsking)
        #expect(ClusterRouteStateMachine(draw, map: map).first.target == nodes[0])
        #expect(map.contains(nodes[3]), "a node that is named is known")
    }

    @Test("redirections without an end are an error of this tag, and nothing was done")
    func endless() {
        var map = map()
        var route = ClusterRouteStateMachine(install, map: map)
        var action = route.first
        for turn in 1...ClusterRouteStateMachine.maxRedirections {
            action = route.ended(error("MOVED \(slot) n\(turn % 2):6379"), map: &map)
            #expect(action.target == nodes[turn % 2])
        }
        let failure = route.ended(error("MOVED \(slot) n0:6379"), map: &map).result?.failure
        #expect(failure?.isUnsent == true && failure?.error.scope == .tag)
        #expect(failure?.error.message.contains("redis-cli --cluster check") == true)
        let unknown = route.ended(error("MOVED \(slot) ?:6379"), map: &map).result?.failure
        #expect(unknown != nil)
    }

    @Test("an owner that cannot be reached: another node is asked, and leads to the replica that took over")
    func failover() {
        var map = map()
        map.learn(HashSlot(of: "order"), nodes[0])
        var route = ClusterRouteStateMachine(install, map: map)
        #expect(route.ended(failure(isUnsent: true), map: &map).target == nodes[1])
        #expect(route.ended(error("MOVED \(slot) n2:6379"), map: &map).target == nodes[2])
    }

    @Test("before a replica took over the owner is not asked again, and the failure is that of the tag alone")
    func beforeFailover() {
        var map = map()
        map.learn(HashSlot(of: "order"), nodes[0])
        var route = ClusterRouteStateMachine(draw, map: map)
        #expect(route.ended(failure(isUnsent: false), map: &map).target == nodes[1])
        let end = route.ended(error("MOVED \(slot) n0:6379"), map: &map).result?.failure
        #expect(end?.error.message == "down" && end?.error.scope == .tag)
        #expect(ClusterRouteStateMachine(draw, map: map).first.target == nodes[1], "the next asks another node first")
    }

    @Test("no node answers: the store is down, after so many tries")
    func allDown() {
        var map = map()
        var route = ClusterRouteStateMachine(draw, map: map)
        #expect(route.ended(failure(isUnsent: true), map: &map).target == nodes[1])
        #expect(route.ended(failure(isUnsent: true), map: &map).result?.failure?.error.scope == .store)
    }

    @Test("an install that may have run, and a draw that took too long, go to no other node")
    func notAgain() {
        var map = map()
        var sent = ClusterRouteStateMachine(install, map: map)
        let end = sent.ended(failure(isUnsent: false), map: &map).result?.failure
        #expect(end?.isUnsent == false && end?.error.scope == .tag, "one node is not the cluster")
        var slow = ClusterRouteStateMachine(draw, map: map)
        let error = FrondError.slow(.redis(nodes[0]), to: "answer")
        let late = Result<RESPValue, RedisFailure>.failure(RedisFailure(error: error, isUnsent: false))
        #expect(slow.ended(late, map: &map).result != nil)
    }

    @Test("a node that says that the cluster is down is not believed alone")
    func down() {
        var map = map()
        var route = ClusterRouteStateMachine(install, map: map)
        #expect(route.ended(error("CLUSTERDOWN The cluster is down"), map: &map).target == nodes[1])
        let end = route.ended(error("CLUSTERDOWN Hash slot not served"), map: &map).result?.failure
        #expect(end?.isUnsent == true && end?.error.scope == .tag)
        var again = ClusterRouteStateMachine(install, map: map)
        #expect(again.ended(error("TRYAGAIN"), map: &map).result?.isSuccess == true, "an answer as any other")
    }

    @Test("a learned node that cannot be reached is forgotten, one of the URL asked last")
    func forgets() {
        var map = map(2)
        map.learn(HashSlot(of: "a"), nodes[3])
        map.failed(nodes[3], isReachable: false)
        #expect(!map.contains(nodes[3]) && map.node(for: HashSlot(of: "a")) == nodes[0])
        map.failed(nodes[0], isReachable: false)
        #expect(map.node(for: nil) == nodes[1] && map.contains(nodes[0]))
        for port in 1...ClusterMap.maxLearned + 5 { map.note(RedisEndpoint(host: "x", port: port)) }
        #expect(!map.contains(RedisEndpoint(host: "x", port: 5)) && map.contains(RedisEndpoint(host: "x", port: 6)))
        #expect(map.contains(nodes[0]) && map.contains(nodes[1]))
    }

    @Test(
        "a key's slot is that of its hash tag",
        arguments: [
            ("123456789", 12739), ("foo", 12182), ("frond:{order}", HashSlot(of: "order").number),
            ("{}x", HashSlot(of: "{}x").number), ("frond:{a}{b}", HashSlot(of: "a").number), ("", 0),
        ])
    func slots(key: String, number: Int) {
        #expect(HashSlot(of: key).number == number)
    }

    @Test("redirections are read as nodes write them")
    func redirections() {
        let node = RedisEndpoint(host: "me", port: 7000)
        let one = HashSlot(of: "foo")
        #expect(
            Redirection("MOVED 12182 10.0.0.1:7001", from: node) == .moved(one, .init(host: "10.0.0.1", port: 7001)))
        #expect(Redirection("MOVED 12182 ::1:7001", from: node) == .moved(one, .init(host: "::1", port: 7001)))
        #expect(Redirection("MOVED 12182 :7001", from: node) == .moved(one, .init(host: "me", port: 7001)))
        #expect(Redirection("ASK 12182 a:7001", from: node) == .ask(.init(host: "a", port: 7001)))
        #expect(Redirection("MOVED 12182 ?:7001", from: node) == .unknown)
        for wrong in ["MOVED", "MOVED x a:1", "MOVED 16384 a:1", "MOVED 1 a:0", "MOVED 1 a", "ERR MOVED 1 a:1"] {
            #expect(Redirection(wrong, from: node) == nil, "\(wrong)")
        }
    }
}

extension ClusterRouteStateMachine.Action {
    fileprivate var target: RedisEndpoint? { if case .send(let node, _) = self { node } else { nil } }
    fileprivate var isAsking: Bool { if case .send(_, let isAsking) = self { isAsking } else { false } }
    fileprivate var result: Result<RESPValue, RedisFailure>? {
        if case .finish(let result) = self { result } else { nil }
    }
}

extension Result {
    fileprivate var isSuccess: Bool { if case .success = self { true } else { false } }
    fileprivate var failure: Failure? { if case .failure(let error) = self { error } else { nil } }
}
