import Frond
import NIOCore
import Synchronization

/// The nodes of a cluster, each by a pipeline of its own, spread over the event loops.
///
/// ``ClusterRouteStateMachine`` decides which node is asked, ``ClusterMap`` remembers who owns what.
final class RedisCluster: RedisClient {
    fileprivate struct State: Sendable {
        var map: ClusterMap
        var pipelines: [RedisEndpoint: RedisPipeline] = [:]
    }

    let server: ServerName
    private let url: RedisURL
    private let timeouts: RedisTimeouts
    private let group: any EventLoopGroup
    private let state: Mutex<State>

    init(_ nodes: [RedisEndpoint], of url: RedisURL, timeouts: RedisTimeouts, on group: any EventLoopGroup) {
        self.url = url
        self.timeouts = timeouts
        self.group = group
        server = url.server
        state = Mutex(State(map: ClusterMap(seeds: nodes)))
    }

    func send(_ command: RedisCommand, _ completion: @escaping Completion) {
        let route = state.withLock { ClusterRouteStateMachine(command, map: $0.map) }
        perform(route.first, command, route, completion)
    }

    private func perform(
        _ action: ClusterRouteStateMachine.Action, _ command: RedisCommand, _ route: ClusterRouteStateMachine,
        _ completion: @escaping Completion
    ) {
        switch action {
        case .finish(let result): completion(result)
        case .send(let node, let isAsking):
            pipeline(to: node).send(command, isAsking: isAsking) { [self] result in
                var route = route
                let (next, unused) = state.withLock { state in
                    let next = route.ended(result, map: &state.map)
                    return (next, state.takeUnused(node))
                }
                perform(next, command, route, completion)
                // It closes its connection where nothing is on the way.
                withExtendedLifetime(unused) {}
            }
        }
    }

    private func pipeline(to node: RedisEndpoint) -> RedisPipeline {
        state.withLock { state in
            if let pipeline = state.pipelines[node] { return pipeline }
            let dialer = ServerDialer(node, of: url, check: .checkCluster, timeouts: timeouts)
            let pipeline = RedisPipeline(
                server: .redis(node), dialer: dialer, replyTimeout: timeouts.reply, on: group.next())
            state.pipelines[node] = pipeline
            return pipeline
        }
    }
}

extension RedisCluster.State {
    /// The pipeline to a node that is not known any more.
    fileprivate mutating func takeUnused(_ node: RedisEndpoint) -> RedisPipeline? {
        map.contains(node) ? nil : pipelines.removeValue(forKey: node)
    }
}
