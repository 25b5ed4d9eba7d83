package import Frond

/// Servers that answer one tag by Redis, segments and snowflake IDs in turn, across days, one seed, in virtual time:
/// the real ``IssueStateMachine``, ``TagSettingsStateMachine``, ``SteadyClock`` and arithmetic of records, while stores
/// and Redis fail, Redis forgets, clocks stand apart and jump, and servers crash. A second tag gets its form while
/// servers begin to use it.
package struct ChainSimulation {
    /// The guards that can be left out, to show that they are needed.
    package struct Omission: OptionSet, Sendable {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }

        /// Each period has its own sequence: else one sequence is set back by the first server that sees a new day.
        package static let sequences = Omission(rawValue: 1)
        /// Snowflake IDs are given out from the floor on only.
        package static let floor = Omission(rawValue: 2)
        /// A tag's settings are read again once a number is reserved.
        package static let confirmation = Omission(rawValue: 4)
        /// The date in a text is that of the sequence, not that of the moment at which the text is written.
        package static let oneDate = Omission(rawValue: 8)
        /// Settings that were read before others, and come after them, count for what they are: late.
        package static let lateness = Omission(rawValue: 16)
    }

    package struct Report: Sendable {
        /// Each is a broken promise.
        package var violations: [String] = []
        package var texts: Set<String> = []
        package var answers: [GeneratorKind: Int] = [:]
        package var sequences: Set<Tag> = []
        package var failures = 0
        package var crashes = 0
        /// Answers that were dropped because the tag was set meanwhile.
        package var dropped = 0
        /// True if the second tag got its form before its first use.
        package var wasSet = false
    }

    enum Event {
        case arrive(server: Int)
        case asked(Request)
        case look(server: Int)
        case looked(
            server: Int, life: Int, refresh: TagSettingsStateMachine.Refresh, records: [TagRecord], start: Duration)
        case step(server: Int)
        case crash(server: Int)
        case outage(Store, ends: Bool)
        case redisForgets
        case set
    }

    enum Store: CaseIterable { case redis, segments }

    struct Request {
        let server: Int
        let life: Int
        let tag: Tag
        var machine: IssueStateMachine
        /// The settings that the machine goes by, and the generator and the sequence that it asks now.
        var view: TagKnowledge
        var kind: GeneratorKind
        var sequence: Tag
        /// The number that the generator brought.
        var number: Int64?
    }

    struct Server {
        /// The offset of its clock from the true time.
        var skew: Duration
        var clock = SteadyClock()
        /// The settings of the tags as last read.
        var settings = TagSettingsStateMachine()
        var segments: [Tag: ArraySlice<Int64>] = [:]
        /// Kept in the registry, beyond crashes.
        var lastSnowflake = Int64.min
        var life = 0
    }

    /// Two seconds before midnight.
    static let start: Int64 = 1_800_057_600_000 - 2000
    static let end = Duration.seconds(6)
    /// The first snowflake ID: those that are given out at the start.
    static let floor: Int64 = 10_000_000
    static let forms = FixedTimeZones()

    let omitted: Omission
    let main: Tag
    let late: Tag
    var random: SplitMix64
    var queue = EventQueue<Event>()
    var now = Duration.zero
    var servers: [Server] = []
    var records: [Tag: TagRecord] = [:]
    var redis: [Tag: ArraySlice<Int64>] = [:]
    var outages: Set<Store> = []
    /// The latest day that any server saw, for a sequence that is set back.
    var latestDay = ""
    var report = Report()

    package init(seed: UInt64, omitting omitted: Omission = []) throws {
        self.omitted = omitted
        random = SplitMix64(seed: seed)
        main = try Tag("order")
        late = try Tag("late")
        let options = TagOptions(
            generators: [.redis, .segment, .snowflake], format: try TextFormat("{date}-{number:4}"),
            period: TagPeriod(.day), snowflakeFloor: Self.floor)
        let settings = TagSettings(step: 20, startID: Self.floor - 600, maxValue: Self.floor - 1, options: options)
        records[main] = try settings.newRecord(main, nowMilliseconds: 0)
        records[late] = try TagSettings(step: 5).newRecord(late, nowMilliseconds: 0)
        for _ in 0..<4 { servers.append(Server(skew: random.duration(in: .zero...(.seconds(4))) - .seconds(2))) }
    }

    /// Runs to the end.
    package mutating func run() throws -> Report {
        for server in servers.indices {
            queue.add(.arrive(server: server), at: random.duration(in: .zero...(.milliseconds(500))))
            queue.add(.look(server: server), at: .zero)
            queue.add(.step(server: server), at: random.duration(in: .zero...Self.end))
            queue.add(.crash(server: server), at: random.duration(in: .zero...Self.end))
        }
        for store in Store.allCases {
            queue.add(.outage(store, ends: false), at: random.duration(in: .zero...Self.end))
        }
        queue.add(.redisForgets, at: random.duration(in: .zero...Self.end))
        queue.add(.set, at: random.duration(in: .zero...(.milliseconds(600))))
        while let (time, event) = queue.removeFirst() {
            now = time
            try handle(event)
        }
        return report
    }

    private mutating func handle(_ event: Event) throws {
        switch event {
        case .arrive(let server):
            try arrive(at: server)
            if now < Self.end {
                queue.add(.arrive(server: server), at: now + random.duration(in: .zero...(.milliseconds(80))))
            }
        case .asked(let request): try asked(request)
        case .look(let server): look(server)
        case .looked(let server, let life, let refresh, let records, let start):
            guard servers[server].life == life else { return }
            let readAt = omitted.contains(.lateness) ? now : start
            _ = servers[server].settings.refreshed(records, by: refresh, start: readAt, now: now)
        case .step(let server):
            // Corrections, and jumps of minutes both ways.
            let jump = random.chance(0.5) ? Duration.seconds(1) : .seconds(150)
            servers[server].skew += random.chance(0.5) ? jump : .zero - jump
        case .crash(let server): crash(server)
        case .outage(let store, let ends):
            if ends {
                outages.remove(store)
            } else {
                outages.insert(store)
                queue.add(.outage(store, ends: true), at: now + random.duration(in: .zero...(.seconds(1))))
            }
        case .redisForgets: redis = [:]
        case .set: set()
        }
    }

    /// A server reads the settings of all tags anew; the answer, true of now, takes its time.
    private mutating func look(_ server: Int) {
        if let refresh = servers[server].settings.refresh(now: now) {
            queue.add(
                .looked(
                    server: server, life: servers[server].life, refresh: refresh, records: Array(records.values),
                    start: now),
                at: now + random.duration(in: .zero...(.milliseconds(300))))
        }
        if now < Self.end {
            queue.add(.look(server: server), at: now + random.duration(in: .zero...(.seconds(1))))
        }
    }

    /// An operator sets the form of the second tag; refused once it is in use.
    private mutating func set() {
        guard let record = records[late], let format = try? TextFormat("hex") else { return }
        // A refusal is an answer too.
        guard
            let changed = try? record.applying(
                TagChange(options: TagOptions(format: format)), nowMilliseconds: 0)
        else { return }
        records[late] = changed
        report.wasSet = true
    }

    private mutating func crash(_ server: Int) {
        report.crashes += 1
        servers[server].segments = [:]
        servers[server].settings = TagSettingsStateMachine()
        servers[server].clock = SteadyClock()
        servers[server].life += 1
    }
}
