import Frond
import RESP

/// A way to Redis: to one server, or to the nodes of a cluster.
protocol RedisClient: Sendable {
    typealias Completion = @Sendable (Result<RESPValue, RedisFailure>) -> Void

    /// The servers as errors name them.
    var server: ServerName { get }

    /// Sends a command.
    /// - Parameter completion: called once, within a bounded time, on any thread; for commands that go to one server in
    ///   the order in which they were run. It gets a reply, which may be an error of Redis, or the reason why there is
    ///   none.
    func send(_ command: RedisCommand, _ completion: @escaping Completion)
}

/// The reason why a command has no reply.
struct RedisFailure: Error {
    var error: FrondError
    /// True if the command certainly did not run.
    var isUnsent: Bool

    /// True if a time limit was reached, so that another attempt would wait once more.
    var isSlow: Bool { error.cause is TooSlow }
}

/// Redis did not do it in time.
struct TooSlow: Error, CustomStringConvertible {
    var description: String { "time limit reached" }
}

extension RedisClient {
    /// Sends a command and waits for its reply; an error reply is thrown.
    func reply(to command: RedisCommand) async throws(FrondError) -> RESPValue {
        let result = await withCheckedContinuation { waiter in
            send(command) { waiter.resume(returning: $0) }
        }
        switch result {
        case .failure(let failure): throw failure.error
        case .success(.error(let text)): throw .refused(server, text)
        case .success(let reply): return reply
        }
    }
}
