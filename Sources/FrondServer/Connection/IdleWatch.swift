/// Decides when a connection has been idle for too long, by looking at it a few times in that time.
///
/// Looking now and then costs a busy connection nothing, where a timestamp would cost every request one.
struct IdleWatch {
    /// The number of looks within the time limit: a connection is closed at most a quarter late.
    static let looksPerLimit = 4

    private var activity: UInt64 = 0
    private var unsentBytes = 0
    private var idleLooks = 0

    /// Looks at the connection.
    /// - Parameters:
    ///   - activity: a count that grows with all that client and server do.
    ///   - unsentBytes: the bytes that the client has not taken; a change shows that it reads, if slowly.
    ///   - isAnswering: true while the client waits for an answer of the server.
    /// - Returns: true where nothing happened for the whole limit.
    mutating func isIdle(activity: UInt64, unsentBytes: Int, isAnswering: Bool) -> Bool {
        let somethingHappened = activity != self.activity || unsentBytes != self.unsentBytes
        self.activity = activity
        self.unsentBytes = unsentBytes
        // A client that takes nothing is idle, even while more is being written for it.
        let clientWaits = isAnswering && unsentBytes == 0
        idleLooks = somethingHappened || clientWaits ? 0 : idleLooks + 1
        return idleLooks >= Self.looksPerLimit
    }
}
