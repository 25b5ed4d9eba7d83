import Frond
import RESP

/// The life of one connection and of the commands that share it: decides, and does nothing else.
///
/// Commands go in batches. One batch is under way at a time, so that those that come meanwhile share the next round
/// trip. A batch connects where there is no connection. After a failure the next batch connects anew: the caller bounds
/// how often that is, as ``CounterGenerators`` do with one probe at a time and a pause that grows.
struct PipelineStateMachine<Waiter: Sendable>: Sendable {
    /// A command and the one that waits for its reply.
    struct Entry: Sendable {
        var command: RedisCommand
        /// True if `ASKING` goes before it: its slot is moving to this node of a cluster.
        var isAsking: Bool
        var waiter: Waiter
        /// True if a script is sent as text, because the server has forgotten it.
        fileprivate(set) var isWhole = false
        /// True once it was kept over the end of a connection; that happens to each once.
        fileprivate var isRepeated = false
        /// True while it certainly was not run.
        fileprivate var isUnsent = true

        init(_ command: RedisCommand, isAsking: Bool = false, waiter: Waiter) {
            self.command = command
            self.isAsking = isAsking
            self.waiter = waiter
        }
    }

    struct Completion: Sendable {
        var waiter: Waiter
        var result: Result<RESPValue, RedisFailure>
    }

    enum Action: Sendable {
        case none
        /// Make a connection; one that is there is closed.
        case connect
        /// Send these, in this order, on the connection.
        case send([Entry])
        /// The batch is done: another may come.
        case rest
        /// The batch is done, and the connection is closed.
        case disconnect
    }

    /// The work of the driver after an event: the completions first.
    struct Step: Sendable {
        var completions: [Completion] = []
        var action = Action.none
    }

    private enum Phase {
        case apart, connecting, connected
    }

    /// True if a server that is a replica is left for the primary, which connecting finds.
    private let seeksPrimary: Bool
    private var phase = Phase.apart
    /// The commands under way.
    private var batch: [Entry] = []
    /// The number of commands of the batch, from its start, that have a reply.
    private var answered = 0
    /// Commands of the batch that were refused for a reason that has a cure.
    private var again: [Entry] = []
    /// True if the next reply is the one to `ASKING`.
    private var expectsAsking = false
    /// True if the connection was made for the batch.
    private var isFresh = false
    private var mustLeave = false

    init(seeksPrimary: Bool = false) {
        self.seeksPrimary = seeksPrimary
    }

    /// True if a batch may come.
    var isFree: Bool { batch.isEmpty }

    /// A batch of commands, at least one.
    mutating func submit(_ entries: [Entry]) -> Step {
        precondition(isFree && !entries.isEmpty, "one batch is under way at a time")
        batch = entries
        guard phase == .connected else { return connect() }
        isFresh = false
        return send()
    }

    mutating func connected() -> Step {
        precondition(phase == .connecting, "a connection came that was not asked for")
        phase = .connected
        isFresh = true
        return send()
    }

    mutating func failedToConnect(_ error: FrondError) -> Step {
        precondition(phase == .connecting, "a connection failed that was not asked for")
        phase = .apart
        return end(failing: batch, error)
    }

    /// A reply came on the connection.
    mutating func received(_ reply: RESPValue) -> Step {
        guard phase == .connected else { return Step() }
        guard answered < batch.count else {
            // It answers nothing: what follows could be taken for the answer to something else.
            phase = .apart
            return Step(action: .disconnect)
        }
        if expectsAsking {
            expectsAsking = false
            return Step()
        }
        var step = Step()
        var entry = batch[answered]
        if case .error(let text) = reply, text.hasPrefix("NOSCRIPT"), !entry.isWhole {
            entry.isWhole = true
            keep(entry)
        } else if seeksPrimary, reply.isOfReplica {
            mustLeave = true
            if entry.isRepeated {
                step.completions = [Completion(waiter: entry.waiter, result: .success(reply))]
            } else {
                entry.isRepeated = true
                keep(entry)
            }
        } else {
            step.completions = [Completion(waiter: entry.waiter, result: .success(reply))]
        }
        answered += 1
        if answered == batch.count { step.action = conclude() } else { expectsAsking = batch[answered].isAsking }
        return step
    }

    /// The connection ended, and what became of the commands without a reply is unknown.
    ///
    /// A connection that was idle may have ended long ago: what may be sent twice is tried on a new one, once. After a
    /// time limit nothing is, since that would wait as long again.
    mutating func lost(_ error: FrondError) -> Step {
        guard phase == .connected else { return Step() }
        phase = .apart
        var kept: [Entry] = []
        var failed: [Entry] = []
        for var entry in again + batch[answered...] {
            let mayGo = entry.isUnsent || entry.command.isRepeatable
            if mayGo, !isFresh, !entry.isRepeated, !(error.cause is TooSlow) {
                entry.isRepeated = true
                kept.append(entry)
            } else {
                failed.append(entry)
            }
        }
        guard !kept.isEmpty else { return end(failing: failed, error) }
        reset(to: kept)
        var step = connect()
        step.completions = Self.completions(failed, error)
        return step
    }

    // MARK: Steps

    private mutating func connect() -> Step {
        phase = .connecting
        return Step(action: .connect)
    }

    private mutating func send() -> Step {
        for index in batch.indices { batch[index].isUnsent = false }
        expectsAsking = batch[0].isAsking
        return Step(action: .send(batch))
    }

    /// Keeps a command that the server certainly did not run.
    private mutating func keep(_ entry: Entry) {
        var entry = entry
        entry.isUnsent = true
        again.append(entry)
    }

    /// Every command of the batch has a reply.
    private mutating func conclude() -> Action {
        reset(to: again)
        let leaves = mustLeave
        mustLeave = false
        if leaves { phase = batch.isEmpty ? .apart : .connecting }
        guard batch.isEmpty else { return leaves ? .connect : send().action }
        return leaves ? .disconnect : .rest
    }

    private mutating func end(failing entries: [Entry], _ error: FrondError) -> Step {
        let hadBatch = !batch.isEmpty
        reset(to: [])
        return Step(completions: Self.completions(entries, error), action: hadBatch ? .rest : .none)
    }

    private mutating func reset(to entries: [Entry]) {
        batch = entries
        again = []
        answered = 0
        expectsAsking = false
    }

    private static func completions(_ entries: [Entry], _ error: FrondError) -> [Completion] {
        entries.map { entry in
            Completion(
                waiter: entry.waiter, result: .failure(RedisFailure(error: error, isUnsent: entry.isUnsent)))
        }
    }
}
