import Frond
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// One connection on one thread: commands that come at the same time are sent together, and answered in order.
///
/// It connects when there is something to send. After a failure it connects anew for the next command: the caller
/// bounds how often that is, as ``CounterGenerators`` do with one probe at a time and a pause that grows and jitters.
final class RedisPipeline: Sendable {
    typealias Completion = @Sendable (Result<RedisReply, FrondError>) -> Void

    private struct Entry: Sendable {
        let command: RedisCommand
        let completion: Completion
    }

    private struct Queue: Sendable {
        var entries: [Entry] = []
        /// True if the thread has been told to send.
        var isScheduled = false
    }

    /// The number of commands that may wait to be sent.
    private static let maxPending = 10_000

    private let url: RedisURL
    private let thread = BlockingThread()
    private let line: Line
    private let queue = Mutex(Queue())

    init(_ url: RedisURL, connectTimeout: Duration, commandTimeout: Duration) {
        self.url = url
        line = Line(url, connectTimeout: connectTimeout, commandTimeout: commandTimeout)
    }

    /// Sends a command.
    /// - Parameter completion: called once, on the thread of the pipeline, in the order in which the commands were run.
    func send(_ command: RedisCommand, _ completion: @escaping Completion) {
        let entry = Entry(command: command, completion: completion)
        let (isTaken, schedules) = queue.withLock { queue in
            guard queue.entries.count < Self.maxPending else { return (false, false) }
            queue.entries.append(entry)
            defer { queue.isScheduled = true }
            return (true, !queue.isScheduled)
        }
        guard isTaken else {
            completion(
                .failure(
                    FrondError(
                        .overloaded, "\(Self.maxPending) commands wait for Redis at \(url.endpoint) already",
                        retryAfter: .seconds(1))))
            return
        }
        guard schedules else { return }
        let isStarted = thread.start { [self] in sendAll() }
        precondition(isStarted, "one call is scheduled at a time, so the thread has room for it")
    }

    /// Sends a command and waits for its reply; an error reply is thrown.
    func reply(to command: RedisCommand) async throws(FrondError) -> RedisReply {
        let result = await withCheckedContinuation { waiter in
            send(command) { waiter.resume(returning: $0) }
        }
        let reply = try result.get()
        if case .error(let text) = reply { throw .refused(url, text) }
        return reply
    }

    private func sendAll() {
        let entries = queue.withLock { queue in
            defer { queue = Queue() }
            return queue.entries
        }
        line.exchange(entries.map(\.command)) { index, result in entries[index].completion(result) }
    }
}

/// The connection as the thread keeps it. Safe to share: the pipeline's thread alone calls it.
private final class Line: @unchecked Sendable {
    private let url: RedisURL
    private let connectTimeout: Duration
    private let commandTimeout: Duration
    private var connection: RedisConnection?
    private var isSignalBlocked = false

    init(_ url: RedisURL, connectTimeout: Duration, commandTimeout: Duration) {
        self.url = url
        self.connectTimeout = connectTimeout
        self.commandTimeout = commandTimeout
    }

    /// Sends commands and completes each, in the order in which they were run.
    func exchange(_ commands: [RedisCommand], complete: (Int, Result<RedisReply, FrondError>) -> Void) {
        blockBrokenPipeSignal()
        let wasConnected = connection != nil
        guard var failure = attempt(Array(commands.indices), of: commands, complete: complete) else { return }
        // A connection that was idle may have ended long ago: what may be sent twice is tried on a new one.
        if wasConnected, failure.left.count == commands.count, !(failure.error.cause is TooSlow) {
            let left = failure.left
            for index in left where !commands[index].isRepeatable { complete(index, .failure(failure.error)) }
            let repeated = left.filter { commands[$0].isRepeatable }
            guard let second = attempt(repeated, of: commands, complete: complete) else { return }
            failure = second
        }
        for index in failure.left { complete(index, .failure(failure.error)) }
    }

    /// Sends some of the commands, on a new connection if there is none.
    /// - Parameter isWhole: whether scripts are sent with their text, because the server has forgotten them.
    /// - Returns: those without a reply, and why; nil where every one is completed.
    private func attempt(
        _ indices: [Int], of commands: [RedisCommand], isWhole: Bool = false,
        complete: (Int, Result<RedisReply, FrondError>) -> Void
    ) -> (left: [Int], error: FrondError)? {
        guard !indices.isEmpty else { return nil }
        var forgotten: [Int] = []
        var done = 0
        do throws(FrondError) {
            let connection = try takeConnection()
            for index in indices { connection.append(commands[index], isWhole: isWhole) }
            for index in indices {
                let reply = try connection.nextReply()
                done += 1
                if case .error(let text) = reply, text.hasPrefix("NOSCRIPT"), !isWhole {
                    forgotten.append(index)
                } else {
                    complete(index, .success(reply))
                }
            }
            self.connection = connection
        } catch {
            return (forgotten + indices[done...], error)
        }
        return attempt(forgotten, of: commands, isWhole: true, complete: complete)
    }

    /// The connection, which its taker puts back unless it fails.
    private func takeConnection() throws(FrondError) -> RedisConnection {
        if let connection = connection.take() { return connection }
        return try RedisConnection(url, connectTimeout: connectTimeout, commandTimeout: commandTimeout)
    }

    /// hiredis writes to connections that the other side has closed. On this thread that is an error and no signal.
    private func blockBrokenPipeSignal() {
        guard !isSignalBlocked else { return }
        isSignalBlocked = true
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
