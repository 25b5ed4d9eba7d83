import Frond
import RESP

/// The way of one command through a cluster: decides, and does nothing else.
///
/// A redirection is followed, which is safe for any command, since the node that redirects did nothing. After a failure
/// another node is asked where the command certainly did not run or may run twice; the owner that failed is not asked
/// again, however many nodes name it.
struct ClusterRouteStateMachine: Sendable {
    /// The maximum number of redirections of a command.
    static let maxRedirections = 5
    /// The maximum number of nodes that may fail a command; each can cost a time limit.
    static let maxFailures = 2

    enum Action: Sendable {
        case send(to: RedisEndpoint, isAsking: Bool)
        case finish(Result<RESPValue, RedisFailure>)
    }

    private let slot: HashSlot?
    private let isRepeatable: Bool
    private var node: RedisEndpoint
    private var redirections = 0
    private var failures: [RedisEndpoint: RedisFailure] = [:]
    /// True once a node named another, so that the cluster as a whole is there.
    private var hasGuide = false

    init(_ command: RedisCommand, map: ClusterMap) {
        slot = command.key.map { HashSlot(of: $0) }
        isRepeatable = command.isRepeatable
        node = map.node(for: slot)
    }

    /// The first step.
    var first: Action { .send(to: node, isAsking: false) }

    /// The node that was asked answered, or failed.
    mutating func ended(_ result: Result<RESPValue, RedisFailure>, map: inout ClusterMap) -> Action {
        switch result {
        case .failure(let failure): return failed(failure, map: &map)
        case .success(.error(let text)):
            if let redirection = Redirection(text, from: node) { return follow(redirection, map: &map) }
            // A node that is cut off from the majority says so of the whole cluster: another may know better.
            guard text.hasPrefix("CLUSTERDOWN") else { return .finish(result) }
            let scope: FrondError.Scope = text.contains("slot not served") ? .tag : .store
            let error = FrondError.refused(.redis(node), text).scoped(scope)
            return failed(RedisFailure(error: error, isUnsent: true), map: &map, isReachable: true)
        case .success: return .finish(result)
        }
    }

    private mutating func follow(_ redirection: Redirection, map: inout ClusterMap) -> Action {
        hasGuide = true
        redirections += 1
        guard redirections <= Self.maxRedirections else {
            return refuse(.redirected(.redis(node), times: Self.maxRedirections))
        }
        switch redirection {
        case .unknown: return refuse(.unknownNode(.redis(node)))
        case .moved(let slot, let owner):
            map.learn(slot, owner)
            return go(to: owner, isAsking: false, map: &map)
        case .ask(let next):
            map.note(next)
            return go(to: next, isAsking: true, map: &map)
        }
    }

    private mutating func go(to next: RedisEndpoint, isAsking: Bool, map: inout ClusterMap) -> Action {
        // Its replica has not taken over yet.
        if let failure = failures[next] {
            map.failed(next, isReachable: true)
            return finish(failure)
        }
        node = next
        return .send(to: next, isAsking: isAsking)
    }

    private mutating func failed(
        _ failure: RedisFailure, map: inout ClusterMap, isReachable: Bool = false
    ) -> Action {
        failures[node] = failure
        // A command that was sent on a connection found a node there.
        map.failed(node, isReachable: isReachable || !failure.isUnsent)
        let mayGo = failure.isUnsent || (isRepeatable && !failure.isSlow)
        guard mayGo, failures.count < Self.maxFailures, let next = map.node(besides: failures.keys) else {
            return finish(failure)
        }
        node = next
        return .send(to: next, isAsking: false)
    }

    /// One node is not the cluster: the tags of other slots go on, unless nodes cannot be reached and none answered.
    private func finish(_ failure: RedisFailure) -> Action {
        var failure = failure
        if hasGuide || !failure.isUnsent { failure.error = failure.error.scoped(min(failure.error.scope, .tag)) }
        return .finish(.failure(failure))
    }

    private func refuse(_ error: FrondError) -> Action {
        .finish(.failure(RedisFailure(error: error.scoped(.tag), isUnsent: true)))
    }
}
