import NIOCore

extension RedisURL {
    /// The client for these servers. It connects when there is something to send.
    func client(_ timeouts: RedisTimeouts, on group: any EventLoopGroup) -> any RedisClient {
        let dialer: any RedisDialer
        switch topology {
        case .cluster(let nodes): return RedisCluster(nodes, of: self, timeouts: timeouts, on: group)
        case .server(let endpoint): dialer = ServerDialer(endpoint, of: self, timeouts: timeouts)
        case .sentinel(let sentinels): dialer = SentinelDialer(sentinels, of: self, timeouts: timeouts)
        }
        return RedisPipeline(server: server, dialer: dialer, replyTimeout: timeouts.reply, on: group.next())
    }
}
