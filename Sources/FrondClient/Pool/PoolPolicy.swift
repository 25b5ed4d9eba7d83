/// The limits of a client's calls to its servers.
public struct PoolPolicy: Hashable, Sendable {
    /// The maximum time of a call, whatever the servers do. Default 4 seconds.
    public var callLimit: Duration
    /// The time without an answer after which a repeatable call is sent to another server as well; the first answer
    /// counts. Default 250 milliseconds.
    public var patience: Duration
    /// The pause of a server after its first failure; doubles with each further one. Default 100 milliseconds.
    public var shortestPause: Duration
    /// The longest pause of a server after many failures. Default 10 seconds.
    public var longestPause: Duration
    /// True if the client also finds servers in the registry of worker IDs, which holds their addresses. The servers of
    /// the list stay. Only for a registry whose servers are all on one store: servers of another group would issue
    /// their own numbers. Default false.
    public var findsServers: Bool
    /// The pause between two searches, while calls are made. Default 30 seconds.
    public var findingPause: Duration

    /// Creates a policy; each value has its default.
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
