/// How a client deals with its servers.
public struct PoolPolicy: Hashable, Sendable {
    /// How long a call may take, whatever the servers do. Default 4 seconds.
    public var callLimit: Duration
    /// A call that may be repeated is sent to another server as well when no answer has come for so long; the first
    /// answer counts. Default 250 milliseconds.
    public var patience: Duration
    /// How long a server that failed is left alone at first, and after many failures; doubles with each. Default 100
    /// milliseconds to 10 seconds.
    public var shortestPause: Duration
    public var longestPause: Duration
    /// Whether servers are looked for in the registry of worker IDs, where each is with its address. Those of the list
    /// stay. Only where all servers of that registry are on one store: another group's would give out its own numbers.
    /// Default false.
    public var findsServers: Bool
    /// How often they are looked for, while calls are made. Default 30 seconds.
    public var findingPause: Duration

    public init(
        callLimit: Duration = .seconds(4), patience: Duration = .milliseconds(250),
        shortestPause: Duration = .milliseconds(100), longestPause: Duration = .seconds(10),
        findsServers: Bool = false, findingPause: Duration = .seconds(30)
    ) {
        precondition(callLimit > .zero && patience > .zero, "callLimit and patience are above zero")
        precondition(shortestPause > .zero && longestPause >= shortestPause, "pauses are above zero, the longest last")
        self.callLimit = callLimit
        self.patience = patience
        self.shortestPause = shortestPause
        self.longestPause = longestPause
        self.findsServers = findsServers
        self.findingPause = findingPause
    }
}
