import Foundation
import Frond
import FrondTesting
import Synchronization
import TestServers
import Testing

@testable import FrondMySQL

@Suite("A planned switch of primaries, and connections that are dropped in silence", .timeLimit(.minutes(5)))
struct SwitchoverTests {
    private final class Flag: Sendable {
        private let value = Atomic(false)
        var isSet: Bool { value.load(ordering: .relaxed) }
        func set() { value.store(true, ordering: .relaxed) }
    }

    private let tag: Tag

    init() throws {
        tag = try Tag("order")
    }

    /// Two servers with the same database and user; the second takes over from the first.
    private struct Pair {
        let old: TestDatabase
        let new: TestDatabase
        let user: MySQLConfiguration

        init() async throws {
            old = try await TestDatabase.make(on: MariaDBServer())
            let standby = try await MariaDBServer()
            new = TestDatabase(server: standby, name: old.name)
            user = try await old.makeUser("SELECT, INSERT, UPDATE, DELETE")
            var root = new.configuration
            root.database = "mysql"
            let (name, account) = (old.name, user.user)
            try await MySQLPool(root).run { session throws(FrondError) in
                try session.run("CREATE DATABASE \(name)")
                try session.run("CREATE USER '\(account)'@'%' IDENTIFIED BY 'sec\"ret%20'")
                try session.run("GRANT SELECT, INSERT, UPDATE, DELETE ON \(name).* TO '\(account)'@'%'")
            }
            _ = try await MySQLSchema(new.configuration).apply()
            try await new.run("SET GLOBAL read_only = 1")
        }

        /// As an orchestrator does it: the old one is demoted and lives on, the new one has all that it had.
        func switchOver(_ tag: Tag) async throws {
            try await old.run("SET GLOBAL read_only = 1")
            guard let record = try await old.store().tag(tag) else { return }
            try await SegmentDatabase(
                new.configuration, place: 0, places: 1, time: SystemTimeSource(), secrets: ReservationSecret.random,
                logger: new.store().logger
            ).create(record)
            try await new.run("SET GLOBAL read_only = 0")
        }
    }

    /// Takes numbers as fast as they come, until told to stop; says how long it went without at the longest.
    private func load(
        _ ids: SegmentGenerators, until isOver: @escaping @Sendable () -> Bool
    ) async -> (numbers: [Int64], longestGap: Duration, failures: [String]) {
        var numbers: [Int64] = []
        var failures: [String] = []
        var (last, longest) = (ContinuousClock.now, Duration.zero)
        while !isOver() {
            do {
                numbers.append(try await ids.next(tag))
                longest = max(longest, ContinuousClock.now - last)
                last = ContinuousClock.now
            } catch {
                failures.append(error.message)
                try? await Task.sleep(for: .milliseconds(5))
            }
        }
        return (numbers, longest, failures)
    }

    @Test("the old primary turns read-only and lives on: at most three seconds are lost, and nothing comes twice")
    func behindOneName() async throws {
        let pair = try await Pair()
        let proxy = try FaultProxy(to: pair.old.server.port)
        var address = pair.user
        address.port = proxy.port
        let store = MySQLSegmentStore(address)
        _ = try await store.create(tag, TagSettings(step: 3))
        let ids = SegmentGenerators(store: StoreView(store), policy: SegmentPolicy(maxStep: 3))
        let isOver = Flag()
        try await withThrowingTaskGroup(of: (numbers: [Int64], longestGap: Duration, failures: [String]).self) {
            group in
            for _ in 0..<4 { group.addTask { await load(ids) { isOver.isSet } } }
            try await Task.sleep(for: .milliseconds(500))
            try await pair.switchOver(tag)
            // New connections go to the new primary; those to the old one stay open.
            proxy.redirect(to: pair.new.server.port)
            let switched = try await retry { () throws -> Int64 in
                let record = try await pair.new.store().tag(tag)
                let old = try await pair.old.store().tag(tag)?.maxID ?? 0
                guard let next = record?.maxID, next > old + 30 else { throw FrondError(.storeUnavailable, "not yet") }
                return next
            }
            #expect(switched > 0)
            #expect(ids.failure == nil)
            isOver.set()
            var numbers: [Int64] = []
            for try await part in group {
                numbers += part.numbers
                #expect(part.longestGap <= .seconds(3), "\(part.longestGap)")
                #expect(part.failures.allSatisfy { $0.contains("read-only") }, "\(Set(part.failures))")
            }
            #expect(Set(numbers).count == numbers.count)
        }
        await ids.shutdown()
    }

    @Test("of two hosts in the URL the one that takes writes is used, and the other after a switch, without an error")
    func twoHosts() async throws {
        let pair = try await Pair()
        var hosts = pair.user
        hosts.port = pair.new.server.port
        hosts.furtherHosts = [.host("127.0.0.1", port: pair.old.server.port)]
        let store = MySQLSegmentStore(hosts)
        _ = try await store.create(tag, TagSettings(step: 10))
        #expect(try await store.reserve(tag, atLeast: nil, after: nil).first == 1)
        try await pair.switchOver(tag)
        #expect(try await store.reserve(tag, atLeast: nil, after: nil).first == 11)
        #expect(try await pair.new.store().tag(tag)?.maxID == 21)
        // The other way to lose a host.
        await pair.old.server.stop()
        #expect(try await store.reserve(tag, atLeast: nil, after: nil).first == 21)
    }

    @Test("idle connections that a balancer dropped in silence are found out within a moment, by all that use the pool")
    func swallowed() async throws {
        let database = try await TestDatabase.make()
        let proxy = try FaultProxy(to: database.server.port)
        let (store, tickets, workers) = (
            database.store { $0.port = proxy.port }, MySQLTicketStore([database.configuration(port: proxy.port)]),
            MySQLWorkerStore(database.configuration(port: proxy.port))
        )
        _ = try await store.create(tag, TagSettings(step: 10))
        _ = try await tickets.draw(tag, count: 1)
        _ = try await workers.records()
        // Longer than a connection is trusted without a question.
        try await Task.sleep(for: .milliseconds(150))
        proxy.swallow()
        let clock = ContinuousClock()
        #expect(try await clock.measure { _ = try await store.reserve(tag, atLeast: nil, after: nil) } < .seconds(3))
        #expect(try await clock.measure { _ = try await tickets.draw(tag, count: 1) } < .seconds(3))
        #expect(try await clock.measure { _ = try await workers.records() } < .seconds(3))
    }

    @Test("a server is reached by its socket")
    func socket() async throws {
        let database = try await TestDatabase.make()
        let path = try #require(try await database.rows("SELECT @@socket AS path").first?.text("path"))
        let url = "mysql://root@/\(database.name)?socket=\(path)"
        let store = MySQLSegmentStore(try MySQLConfiguration(url: url))
        try await store.check()
        _ = try await store.create(tag, TagSettings(step: 10))
        #expect(try await store.reserve(tag, atLeast: nil, after: nil).first == 1)
        let missing = MySQLSegmentStore(try MySQLConfiguration(url: url + ".gone"))
        let error = await frondError { try await missing.check() }
        #expect(error?.message.contains("correct ?socket=") == true, "\(error?.message ?? "")")
    }

    @Test(
        "hosts of one database are told from several databases",
        arguments: [
            ("mysql://u@h1,h2:3307/d", ["h1:3306", "h2:3307"]), ("mysql://u@[::1],h/d", ["[::1]:3306", "h:3306"]),
            ("mysql://u@h/d?socket=/run/my%20sql.sock", ["/run/my sql.sock"]), ("mysql://u@/d?socket=/s", ["/s"]),
            ("mysql://u@h1,h2/d?socket=/s", ["/s", "h1:3306", "h2:3306"]),
        ])
    func addresses(url: String, addresses: [String]) throws {
        #expect(try MySQLConfiguration(url: url).addresses.map(\.description) == addresses)
    }

    @Test("hosts that cannot be are named", arguments: ["h1,", ",h1", "h1,,h2", "h1,h1", "h1,h1:3306", "h1,h2:x"])
    func badHosts(hosts: String) {
        #expect(throws: FrondError.self) { try MySQLConfiguration(url: "mysql://u@\(hosts)/d") }
    }
}
