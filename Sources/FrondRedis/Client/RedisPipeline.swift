import Frond
import NIOCore
import RESP
import Synchronization

/// One connection on one event loop: commands that come at the same time are sent together, and answered in order.
///
/// ``PipelineStateMachine`` decides; the connection is made when there is something to send.
final class RedisPipeline: RedisClient {
    /// The number of commands that may wait to be sent.
    static let maxPending = 10_000

    let server: ServerName
    private let core: PipelineCore
    private let loop: any EventLoop

    init(server: ServerName, dialer: any RedisDialer, replyTimeout: TimeAmount, on loop: any EventLoop) {
        self.server = server
        self.loop = loop
        core = PipelineCore(dialer: dialer, replyTimeout: replyTimeout, on: loop)
    }

    deinit {
        loop.execute { [core] in core.stop() }
    }

    func send(_ command: RedisCommand, _ completion: @escaping Completion) {
        send(command, isAsking: false, completion)
    }

    /// Sends a command.
    /// - Parameters:
    ///   - isAsking: true if `ASKING` goes before it.
    ///   - completion: called once, on the event loop of the pipeline, in the order in which the commands were run.
    func send(_ command: RedisCommand, isAsking: Bool, _ completion: @escaping Completion) {
        let entry = PipelineCore.Machine.Entry(command, isAsking: isAsking, waiter: completion)
        switch core.inbox.withLock({ $0.add(entry, limit: Self.maxPending) }) {
        case .waits: break
        case .isFirst: loop.execute { [core] in core.pump() }
        case .isRefused:
            let error = FrondError(
                .overloaded, "\(Self.maxPending) commands wait for \(server) already", retryAfter: .seconds(1))
            completion(.failure(RedisFailure(error: error, isUnsent: true)))
        }
    }
}

/// The side of a pipeline on its event loop.
///
/// Safe to share: apart from ``inbox`` the event loop alone touches it.
final class PipelineCore: @unchecked Sendable {
    typealias Machine = PipelineStateMachine<RedisClient.Completion>

    /// The commands that wait for the batch under way to end.
    struct Inbox: Sendable {
        enum Place {
            case isFirst, waits, isRefused
        }

        private var entries: [Machine.Entry] = []
        /// True if the event loop will look here.
        private var isWatched = false

        mutating func add(_ entry: Machine.Entry, limit: Int) -> Place {
            guard entries.count < limit else { return .isRefused }
            entries.append(entry)
            defer { isWatched = true }
            return isWatched ? .waits : .isFirst
        }

        mutating func take() -> [Machine.Entry] {
            isWatched = !entries.isEmpty
            defer { entries = [] }
            return entries
        }
    }

    let inbox = Mutex(Inbox())
    private let dialer: any RedisDialer
    private let replyTimeout: TimeAmount
    private let loop: any EventLoop
    private var machine: Machine
    private var connection: RedisConnection?
    private var alarm: Scheduled<Void>?
    private var isStopped = false

    init(dialer: any RedisDialer, replyTimeout: TimeAmount, on loop: any EventLoop) {
        self.dialer = dialer
        self.replyTimeout = replyTimeout
        self.loop = loop
        machine = Machine(seeksPrimary: dialer.seeksPrimary)
    }

    /// Sends what waits, unless a batch is under way, at whose end it is sent.
    func pump() {
        guard machine.isFree else { return }
        let entries = inbox.withLock { $0.take() }
        if !entries.isEmpty {
            perform(machine.submit(entries))
        } else if isStopped {
            disconnect()
        }
    }

    /// Nothing more comes: the connection ends with the last batch.
    func stop() {
        isStopped = true
        pump()
    }

    private func perform(_ step: Machine.Step) {
        for completion in step.completions { completion.waiter(completion.result) }
        switch step.action {
        case .none: break
        case .connect: connect()
        case .send(let entries): send(entries)
        case .disconnect:
            disconnect()
            pump()
        case .rest:
            disarm()
            pump()
        }
    }

    private func connect() {
        disconnect()
        dialer.dial(on: loop).whenComplete { [self] result in
            switch result {
            case .failure(let error):
                let error = error as? FrondError ?? FrondError(.storeUnavailable, "\(error)", retryAfter: .seconds(1))
                perform(machine.failedToConnect(error))
            case .success(let connection):
                self.connection = connection
                connection.handler.value.receiver = self
                perform(machine.connected())
            }
        }
    }

    private func send(_ entries: [Machine.Entry]) {
        guard let connection else { return }
        var buffer = connection.channel.allocator.buffer(capacity: 256 * entries.count)
        for entry in entries {
            if entry.isAsking { buffer.writeRESPRequest(["ASKING"]) }
            entry.command.write(to: &buffer, digests: entry.isWhole ? [:] : connection.greeting.digests)
        }
        arm(connection)
        connection.handler.value.send(buffer)
    }

    private func arm(_ connection: RedisConnection) {
        disarm()
        alarm = loop.scheduleTask(in: replyTimeout) {
            connection.handler.value.close(.slow(connection.server, to: "answer"))
        }
    }

    private func disarm() {
        alarm?.cancel()
        alarm = nil
    }

    private func disconnect() {
        disarm()
        connection?.handler.value.close()
        connection = nil
    }
}

extension PipelineCore: RedisConnectionHandler.Receiver {
    func received(_ reply: RESPValue, on handler: RedisConnectionHandler) {
        guard connection?.handler.value === handler else { return }
        perform(machine.received(reply))
    }

    func ended(_ error: FrondError, on handler: RedisConnectionHandler) {
        guard connection?.handler.value === handler else { return }
        disarm()
        connection = nil
        perform(machine.lost(error))
    }
}
