import Frond
import FrondRedis
import FrondTesting
import Synchronization
import TestServers
import Testing

/// Two servers of Frond that count the tag `order` in one Redis and remember every number they were given.
final class Fleet {
    let tag: Frond.Tag
    let ceiling: InMemorySegmentStore
    private var servers: [CounterGenerators] = []
    private(set) var stores: [RedisCounterStore] = []
    private(set) var issued: Set<Int64> = []
    private(set) var repeated: [Int64] = []

    /// Small ranges, and patient: all tests share the machine, which must not look like a slow Redis.
    static let policy = RedisPolicy(ceilingStep: 500, connectTimeout: .seconds(2), commandTimeout: .seconds(2))
    static let patience = CounterPolicy(largestDraw: 50, waitLimit: .seconds(30))

    init(ceiling: InMemorySegmentStore = InMemorySegmentStore()) async throws {
        self.ceiling = ceiling
        tag = try Frond.Tag("order")
        _ = try await ceiling.create(tag, TagSettings(step: 1))
    }

    /// Starts servers that use this Redis; those from before are gone, with all that they remembered.
    func connect(to redis: RedisServer, servers count: Int = 2) {
        connect(to: RedisURL(host: "127.0.0.1", port: redis.port), servers: count)
    }

    func connect(to url: RedisURL, servers count: Int = 2) {
        stores = (0..<count).map { _ in RedisCounterStore(url, ceiling: ceiling, policy: Self.policy) }
        servers = stores.map { CounterGenerators(store: $0, policy: Self.patience) }
    }

    /// The key of the counter.
    var key: String { "frond:{order}" }

    /// Lets every server draw, many callers at a time; fails if one cannot.
    func draw(rounds: Int = 3) async throws {
        for _ in 0..<rounds {
            let lists = try await withThrowingTaskGroup(of: [Int64].self) { [servers, tag] group in
                for server in servers {
                    for caller in 0..<20 { group.addTask { try await server.next(tag, count: 1 + caller % 3) } }
                }
                return try await group.reduce(into: [[Int64]]()) { $0.append($1) }
            }
            for number in lists.joined() where !issued.insert(number).inserted { repeated.append(number) }
        }
    }

    /// Draws as soon as Redis and the health of every server allow it.
    func drawAgain() async throws {
        for server in servers { try await untilItAnswers { _ = try await server.next(self.tag) } }
        try await draw()
    }

    /// Lets every server draw from several callers without a pause while something happens, and until each caller is
    /// served after it. Errors are borne meanwhile.
    func draw(during trouble: () async throws -> Void) async throws {
        let isOver = Flag()
        let lists = try await withThrowingTaskGroup(of: [Int64].self) { [servers, tag] group in
            for server in servers {
                for caller in 0..<4 {
                    group.addTask { try await Self.numbers(of: server, tag, count: 1 + caller % 3, until: isOver) }
                }
            }
            try await trouble()
            isOver.raise()
            return try await group.reduce(into: [[Int64]]()) { $0.append($1) }
        }
        for number in lists.joined() where !issued.insert(number).inserted { repeated.append(number) }
    }

    private static func numbers(
        of server: CounterGenerators, _ tag: Frond.Tag, count: Int, until isOver: Flag
    ) async throws -> [Int64] {
        var numbers: [Int64] = []
        while true {
            let isLast = isOver.isRaised
            do {
                numbers += try await server.next(tag, count: count)
                if isLast { return numbers }
            } catch {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    /// Repeats what fails while a server is down or starts; the number it draws is a gap.
    private func untilItAnswers(_ body: () async throws -> Void) async throws {
        for _ in 0..<500 {
            do { return try await body() } catch { try await Task.sleep(for: .milliseconds(20)) }
        }
        try await body()
    }

    var events: RedisCounterEvents { stores[0].events }

    /// The events that all present servers noticed together.
    func eventCount(_ count: KeyPath<RedisCounterEvents, Int>) -> Int {
        stores.reduce(0) { $0 + $1.events[keyPath: count] }
    }
}

/// Is raised once.
private final class Flag: Sendable {
    private let state = Mutex(false)

    var isRaised: Bool { state.withLock { $0 } }

    func raise() { state.withLock { $0 = true } }
}
