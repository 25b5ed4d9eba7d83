public import Frond
public import Logging
import NIOPosix
import RESP
import Synchronization

/// Numbers counted in Redis, never one of them twice, whatever Redis loses.
///
/// Redis shares the cursor between servers; it does not own the numbers. They are reserved in a ``SegmentStore``, the
/// *ceiling*, in ranges that are put into Redis, and a range is believed only while the run of Redis goes on that it
/// was put into: see ``RedisDraw``. The tag's record is the one that segments are reserved from as well, so that
/// segments and counters of one tag never meet.
///
/// One connection to each server; draws of many tags share its round trips.
public final class RedisCounterStore: CounterStore {
    /// The address of Redis.
    public let url: RedisURL
    private let ceiling: StoreView
    private let policy: RedisPolicy
    private let time: any TimeSource
    private let client: any RedisClient
    private let memories = Mutex<[Tag: TagMemory]>([:])
    private let counted = Mutex(RedisCounterEvents())
    private let logger: Logger
    private let onEvent: @Sendable (RedisCounterEvent) -> Void

    /// Does not connect: the first call does, and ``check()`` says whether it works.
    /// - Parameters:
    ///   - ceiling: the store that reserves the numbers, durably, or the ``StoreView`` that the process has of it.
    ///   - logger: gets lines at debug level; silent by default.
    ///   - onEvent: told of each event, on any thread; must not block.
    public init(
        _ url: RedisURL, ceiling: any SegmentStore, policy: RedisPolicy = RedisPolicy(),
        time: any TimeSource = SystemTimeSource(), logger: Logger? = nil,
        onEvent: @escaping @Sendable (RedisCounterEvent) -> Void = { _ in }
    ) {
        self.url = url
        self.ceiling = StoreView.of(ceiling, time: time)
        self.policy = policy
        self.time = time
        client = url.client(
            RedisTimeouts(connect: policy.connectTimeout, reply: policy.commandTimeout),
            on: MultiThreadedEventLoopGroup.singleton)
        self.logger = logger ?? .silent
        self.onEvent = onEvent
    }

    /// The number of each event since this store was made.
    public var events: RedisCounterEvents { counted.withLock { $0 } }

    // MARK: The port

    /// - Throws: `unknownTag` and `exhausted` as the ceiling store says; `storeUnavailable` where Redis or the ceiling
    ///   store does not answer; `storeCorrupt` for a key of another type; `storeWentBack` where the ceiling store did.
    public func draw(_ tag: Tag, count: Int) async throws(FrondError) -> [NumberRun] {
        let key = key(of: tag.name)
        var draw = RedisDraw(
            tag: tag, url: url, key: key, count: count, ceilingStep: policy.ceilingStep, jitter: .random(in: 0...1))
        var action = draw.first
        while true {
            switch action {
            case .draw(let count):
                (draw, action) = await ask(.draw(key: key, count: count), for: draw, of: tag)
            case .readCeiling:
                let result = await callCeiling { () throws(FrondError) in try await ceiling.tag(tag) }
                action = memories.withLock { draw.readCeiling(result, memory: &$0[tag, default: TagMemory()]) }
            case .reserve(let demand, let floor):
                let result = await callCeiling { () throws(FrondError) in
                    try await ceiling.reserve(tag, atLeast: demand, after: floor)
                }
                let memory = memories.withLock { $0[tag, default: TagMemory()] }
                action = draw.reserved(result, memory: memory)
            case .install(let segment, let mark, let count):
                let command = RedisCommand.install(
                    key: key, mark: mark, cycle: segment.cycle, first: segment.first, size: segment.count, count: count)
                (draw, action) = await ask(command, for: draw, of: tag)
            case .giveBack(let segment):
                await giveBack(segment, of: tag)
                action = draw.gaveBack()
            case .pause(let duration):
                await time.sleep(until: time.monotonic + duration)
                action = draw.resumed()
            case .finish(let result):
                return [try result.get()]
            }
        }
    }

    /// Checks that Redis answers and may be written.
    public func check() async throws(FrondError) {
        // No tag has an empty name, so that there is nothing under this key.
        let reply = try await client.reply(to: .draw(key: key(of: ""), count: 1))
        switch RedisAnswer(reply) {
        case .replica: throw .isReplica(url.server)
        case .unsupported: throw .unsupported(url.server)
        case nil: throw .strange(url.server, reply)
        default: break
        }
    }

    /// Forgets what this server was given of the tag: should Redis go back, it is the run that shows it.
    public func forget(_ tag: Tag) {
        memories.withLock { $0[tag] = nil }
    }

    private func key(of name: String) -> String { "\(policy.keyPrefix){\(name)}" }

    // MARK: Steps

    /// Runs a script and lets the draw decide. That happens on the connection's event loop, in the order in which the
    /// scripts ran: what this server remembers of a tag must not fall behind because of a slow task.
    private func ask(
        _ command: RedisCommand, for draw: RedisDraw, of tag: Tag
    ) async -> (RedisDraw, RedisDraw.Action) {
        typealias Waiter = CheckedContinuation<(RedisDraw, RedisDraw.Step), Never>
        let (next, step) = await withCheckedContinuation { (waiter: Waiter) in
            client.send(command) { [self] result in
                var next = draw
                let step = self.step(of: &next, after: result, of: tag)
                waiter.resume(returning: (next, step))
            }
        }
        note(step, tag)
        return (next, step.action)
    }

    private func step(
        of draw: inout RedisDraw, after result: Result<RESPValue, RedisFailure>, of tag: Tag
    ) -> RedisDraw.Step {
        switch result {
        case .failure(let failure):
            return .init(action: failure.isUnsent ? draw.refused(failure.error) : draw.failed(failure.error))
        case .success(.error(let text)):
            let error = FrondError.refused(url.server, text)
            return .init(action: FrondError.isCertainRefusal(text) ? draw.refused(error) : draw.failed(error))
        case .success(let reply):
            guard let answer = RedisAnswer(reply) else {
                return .init(action: draw.failed(.strange(url.server, reply)))
            }
            return memories.withLock { memories in
                var memory = memories[tag] ?? TagMemory()
                let step = draw.answered(answer, memory: &memory)
                // Names that are no tags leave nothing behind.
                if memory.floor != nil { memories[tag] = memory }
                return step
            }
        }
    }

    private func note(_ step: RedisDraw.Step, _ tag: Tag) {
        counted.withLock { events in
            if let kind = step.event { events.note(kind) }
            if step.installed { events.rangesInstalled += 1 }
            if case .giveBack = step.action { events.rangesLost += 1 }
        }
        guard let kind = step.event else { return }
        logger.debug(
            "counter in redis is replaced", metadata: LogKey.metadata([.tag: tag.name, .event: kind.rawValue]))
        onEvent(RedisCounterEvent(kind, tag: tag))
    }

    // MARK: The ceiling

    /// Calls the ceiling store.
    private func callCeiling<Value>(
        _ call: () async throws(FrondError) -> Value
    ) async -> Result<Value, FrondError> {
        do throws(FrondError) {
            return .success(try await call())
        } catch {
            // Redis answered, and other tags may have numbers there.
            return .failure(error.scoped(.tag))
        }
    }

    private func giveBack(_ segment: Segment, of tag: Tag) async {
        do {
            let isTaken = try await ceiling.giveBack(segment, of: tag)
            logger.debug(
                isTaken ? "range given back" : "range not given back: reserved since",
                metadata: LogKey.metadata([.tag: tag.name, .count: "\(segment.count)"]))
        } catch {
            logger.debug(
                "range not given back", metadata: LogKey.metadata([.tag: tag.name, .error: "\(error)"]))
        }
    }

    // MARK: Durability

    /// The settings of Redis that put issued numbers at risk, as a warning at start; nil if none does, and if Redis
    /// does not show them.
    public func durabilityWarning() async -> String? {
        guard let appendOnly = await setting("appendonly") else { return nil }
        let cover = "Frond's ceiling keeps numbers from repeating; each loss is a gap of up to a whole range"
        guard appendOnly == "yes" else {
            return "\(url.server) keeps no append-only file (appendonly \(appendOnly)): when it stops it "
                + "forgets what it counted. \(cover); set 'appendonly yes' to keep the count"
        }
        guard let sync = await setting("appendfsync"), sync != "always" else { return nil }
        return
            "\(url.server) writes its append-only file with appendfsync \(sync): when its machine stops it "
            + "forgets the last moments. \(cover); set 'appendfsync always' to keep every count"
    }

    private func setting(_ name: String) async -> String? {
        do {
            let reply = try await client.reply(to: .words("CONFIG", "GET", name))
            return reply.elements.last?.text
        } catch {
            logger.debug("redis does not tell its settings", metadata: LogKey.metadata([.error: "\(error)"]))
            return nil
        }
    }
}
