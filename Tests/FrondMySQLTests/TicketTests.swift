import Frond
import FrondTesting
import TestServers
import Testing

@testable import FrondMySQL

@Suite("Tickets", .timeLimit(.minutes(5)))
struct TicketTests {
    private func numbers(_ runs: [NumberRun]) -> [Int64] { runs.flatMap { Array($0) } }

    /// Draws at the same time from several stores, as several servers do.
    private func drawConcurrently(
        _ tags: [Tag], from stores: [MySQLTicketStore], times: Int, count: Int
    ) async throws -> [Int64] {
        try await withThrowingTaskGroup(of: [Int64].self) { group in
            for (index, store) in stores.enumerated() {
                group.addTask {
                    var drawn: [Int64] = []
                    for _ in 0..<times {
                        let own = numbers(try await store.draw(tags[index % tags.count], count: count))
                        #expect((1...count).contains(own.count))
                        #expect(own == own.sorted())
                        drawn += own
                    }
                    return drawn
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    @Test(
        "eight servers draw of three tags from one database: no ticket twice, one row a tag")
    func oneDatabase() async throws {
        let database = try await TestDatabase.make()
        let tags = try ["a", "b", "c"].map { try Tag($0) }
        let stores = (0..<8).map { _ in MySQLTicketStore([database.configuration]) }
        let drawn = try await drawConcurrently(tags, from: stores, times: 20, count: 20)
        #expect(Set(drawn).count == drawn.count)
        #expect(drawn.count == 8 * 20 * 20)
        #expect(try await database.rows("SELECT * FROM frond_ticket").count == 3)
    }

    @Test("as many as are wanted come in one round trip, in order")
    func batch() async throws {
        let database = try await TestDatabase.make()
        let store = MySQLTicketStore([database.configuration])
        let tag = try Tag("order")
        #expect(try await store.draw(tag, count: 1) == [NumberRun(first: 1, count: 1)])
        #expect(try await store.draw(tag, count: 512) == [NumberRun(first: 2, count: 512)])
        #expect(try await store.draw(tag, count: 100_000) == [NumberRun(first: 514, count: 100_000)])
        #expect(try await store.draw(tag, count: .max) == [NumberRun(first: 100_514, count: 1_000_000)])
        #expect(try await database.rows("SELECT * FROM frond_ticket").count == 1)
        for count in [0, -1] {
            let error = await frondError { _ = try await store.draw(tag, count: count) }
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test("a server that is killed remembers all that it gave, however few rows it wrote")
    func killed() async throws {
        let server = try await MariaDBServer()
        let database = try await TestDatabase.make(on: server)
        let store = MySQLTicketStore([database.configuration])
        let tag = try Tag("order")
        #expect(try await store.draw(tag, count: 5000) == [NumberRun(first: 1, count: 5000)])
        #expect(try await store.draw(tag, count: 1) == [NumberRun(first: 5001, count: 1)])
        #expect(try await store.draw(tag, count: 700) == [NumberRun(first: 5002, count: 700)])
        await server.kill()
        try await server.start()
        let fresh = MySQLTicketStore([database.configuration])
        let next = try await retry { try await fresh.draw(tag, count: 3) }
        #expect((5702...5710).contains(next.first?.first ?? 0), "\(next)")
    }

    @Test("two databases never give the same, each its own residue; one may be down")
    func twoDatabases() async throws {
        let server = try await MariaDBServer()
        let one = try await TestDatabase.make()
        let other = try await TestDatabase.make(on: server)
        let list = [one.configuration, other.configuration]
        let stores = (0..<4).map { _ in MySQLTicketStore(list) }
        let tag = try Tag("order")
        var drawn = try await drawConcurrently([tag], from: stores, times: 20, count: 8)
        #expect(drawn.contains { $0 % 2 == 1 } && drawn.contains { $0 % 2 == 0 })
        await server.stop()
        let alone = try await drawConcurrently([tag], from: stores, times: 20, count: 8)
        #expect(alone.allSatisfy { $0 % 2 == 1 })
        drawn += alone
        try await server.start()
        // Until it was asked again and answered.
        try await waitUntil("the database that came back serves") {
            drawn += try await drawConcurrently([tag], from: stores, times: 1, count: 8)
            return drawn.suffix(8).contains { $0 % 2 == 0 }
        }
        #expect(Set(drawn).count == drawn.count)
        await server.kill()
        let last = try await drawConcurrently([tag], from: stores, times: 5, count: 8)
        #expect(Set(drawn + last).count == drawn.count + last.count)
    }

    @Test("a list in another order, or with more databases, is refused by the databases themselves")
    func otherList() async throws {
        let one = try await TestDatabase.make()
        let other = try await TestDatabase.make()
        let tag = try Tag("order")
        let first = MySQLTicketStore([one.configuration, other.configuration])
        for _ in 0..<2 { _ = try await first.draw(tag, count: 1) }
        for list in [[other, one], [one], [other]] {
            let store = MySQLTicketStore(list.map(\.configuration))
            let error = await frondError { _ = try await store.draw(tag, count: 1) }
            #expect(error?.code == .storeCorrupt)
            #expect(error?.message.contains("DELETE FROM frond_ticket_place") == true, "\(error?.message ?? "")")
        }
    }

    @Test("a list with a new database is refused for all of it while an old one remembers the list before")
    func longerList() async throws {
        let old = try await TestDatabase.make()
        let new = try await TestDatabase.make()
        let tag = try Tag("order")
        let before = MySQLTicketStore([old.configuration])
        let drawn = numbers(try await before.draw(tag, count: 5))
        let after = MySQLTicketStore([old.configuration, new.configuration])
        for _ in 0..<6 {
            let error = await frondError { _ = try await after.draw(tag, count: 1) }
            #expect(error?.code == .storeCorrupt)
        }
        // As the error says: with all servers stopped.
        try await old.run("ALTER TABLE frond_ticket AUTO_INCREMENT = 6", "DELETE FROM frond_ticket_place")
        try await new.run("ALTER TABLE frond_ticket AUTO_INCREMENT = 6")
        let next = MySQLTicketStore([old.configuration, new.configuration])
        var later: [Int64] = []
        for _ in 0..<6 { later += numbers(try await next.draw(tag, count: 3)) }
        #expect(Set(drawn + later).count == drawn.count + later.count)
        // A server that was not stopped.
        let refusal = await frondError { _ = try await before.draw(tag, count: 1) }
        #expect(refusal?.code == .storeCorrupt)
    }

    @Test("a new list is not used before all of its databases answer")
    func newListNeedsAll() async throws {
        let one = try await TestDatabase.make()
        var gone = one.configuration
        gone.port = 1
        let store = MySQLTicketStore([one.configuration, gone])
        let error = await frondError { _ = try await store.draw(try Tag("order"), count: 1) }
        #expect(error?.code == .storeUnavailable)
        #expect(error?.message.contains("127.0.0.1:1") == true, "\(error?.message ?? "")")
    }

    @Test("a counter that went back gives nothing until it was moved up, and is not drawn from meanwhile")
    func wentBack() async throws {
        let database = try await TestDatabase.make()
        let store = MySQLTicketStore([database.configuration])
        let tag = try Tag("order")
        try await database.run("ALTER TABLE frond_ticket AUTO_INCREMENT = 1000")
        #expect(numbers(try await store.draw(tag, count: 16)) == Array(1000..<1016))
        // A restored dump.
        try await database.run("DELETE FROM frond_ticket", "ALTER TABLE frond_ticket AUTO_INCREMENT = 1009")
        let error = await frondError { _ = try await store.draw(tag, count: 64) }
        #expect(error?.code == .storeWentBack)
        #expect(error?.message.contains("N above 1073 and above every ticket") == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("ALTER TABLE frond_ticket AUTO_INCREMENT = N") == true)
        for _ in 0..<20 {
            let error = await frondError { _ = try await store.draw(tag, count: 64) }
            #expect(error?.code == .storeWentBack)
        }
        // Nor by a server that knows nothing of before.
        let other = MySQLTicketStore([database.configuration])
        let refusal = await frondError { _ = try await other.draw(tag, count: 64) }
        #expect(refusal?.code == .storeWentBack)
        let rows = try await database.rows(Statements.nextTicket)
        #expect(rows.first?.integer("next") == 1073, "it was drawn from once")
        try await database.run("ALTER TABLE frond_ticket AUTO_INCREMENT = 5000")
        #expect(numbers(try await store.draw(tag, count: 2)) == [5000, 5001])
    }

    @Test("of two databases the one that went back is passed over")
    func oneWentBack() async throws {
        let one = try await TestDatabase.make()
        let other = try await TestDatabase.make()
        let store = MySQLTicketStore([one.configuration, other.configuration])
        let tag = try Tag("order")
        var drawn: Set<Int64> = []
        for _ in 0..<10 { drawn.formUnion(numbers(try await store.draw(tag, count: 4))) }
        try await one.run("DELETE FROM frond_ticket", "ALTER TABLE frond_ticket AUTO_INCREMENT = 1")
        for _ in 0..<10 {
            for number in numbers(try await store.draw(tag, count: 4)) {
                #expect(number % 2 == 0)
                #expect(drawn.insert(number).inserted)
            }
        }
    }

    @Test("a reply that is lost is a gap and no ticket twice")
    func lostReply() async throws {
        let database = try await TestDatabase.make()
        let proxy = try FaultProxy(to: database.server.port)
        let store = MySQLTicketStore([database.configuration(port: proxy.port)])
        let tag = try Tag("order")
        #expect(numbers(try await store.draw(tag, count: 2)) == [1, 2])
        proxy.cutBeforeReply { String(decoding: $0, as: UTF8.self).contains("COMMIT") }
        let error = await frondError { _ = try await store.draw(tag, count: 2) }
        #expect(error?.code == .storeUnavailable)
        #expect(numbers(try await retry { try await store.draw(tag, count: 2) }) == [5, 6])
    }

    @Test("the last number there is is an error that says so")
    func exhausted() async throws {
        let database = try await TestDatabase.make()
        try await database.run("ALTER TABLE frond_ticket AUTO_INCREMENT = 9223372036854775807")
        let store = MySQLTicketStore([database.configuration])
        var error: FrondError?
        for _ in 0..<3 where error == nil {
            error = await frondError { _ = try await store.draw(Tag("order"), count: 1) }
        }
        #expect(error?.code == .exhausted, "\(error?.message ?? "")")
    }
}

@Suite("What is known of a counter of tickets", .timeLimit(.minutes(5)))
struct TicketLedgerTests {
    @Test("numbers are given out where they grow")
    func grows() throws {
        var ledger = TicketLedger(name: "db", place: 0, places: 1)
        #expect(!ledger.mustLook(stored: 0))
        #expect(try ledger.drawn(NumberRun(first: 1, count: 5)) == .fine)
        #expect(try ledger.drawn(NumberRun(first: 6, count: 1)) == .fine)
        #expect(try ledger.drawn(NumberRun(first: 6, count: 1)) == .refused(above: 7))
    }

    @Test("a counter that went back must pass also where the draw that saw it has left it")
    func wentBack() throws {
        var ledger = TicketLedger(name: "db", place: 0, places: 2)
        #expect(try ledger.drawn(NumberRun(first: 101, count: 1, stride: 2)) == .fine)
        #expect(try ledger.drawn(NumberRun(first: 91, count: 21, stride: 2)) == .refused(above: 133))
        #expect(ledger.mustLook(stored: 0), "though the database was not told")
        for next: Int64 in [0, 91, 101, 132, 133] {
            #expect(ledger.looked(next: next, stored: 0) == .refused(above: 133))
        }
        #expect(ledger.looked(next: 135, stored: 200) == .refused(above: 200), "another server knows more")
        #expect(ledger.looked(next: 201, stored: 200) == .fine)
        #expect(!ledger.mustLook(stored: 0))
        #expect(try ledger.drawn(NumberRun(first: 201, count: 1, stride: 2)) == .fine)
        #expect(ledger.looked(next: 150, stored: 100) == .refused(above: 201), "this server knows more")
    }

    @Test("a number of another database's residue is refused", arguments: [2, 0, -1] as [Int64])
    func residue(first: Int64) {
        var ledger = TicketLedger(name: "db", place: 0, places: 2)
        let error = #expect(throws: FrondError.self) { try ledger.drawn(NumberRun(first: first, count: 2, stride: 2)) }
        #expect(error?.code == .storeCorrupt)
        #expect(error?.message.contains("auto_increment_increment") == true)
    }
}

@Suite("Which database is next", .timeLimit(.minutes(5)))
struct PrimaryRotationTests {
    @Test("an error that never reached a database brings none back and takes none out")
    func nothingLearned() {
        var rotation = PrimaryRotation(count: 2)
        rotation.learnedNothing(0, now: .zero, jitter: 0)
        #expect(rotation.failures.isEmpty)
        rotation.failed(0, FrondError(.storeUnavailable, "down"), now: .zero, jitter: 1)
        rotation.learnedNothing(0, now: .seconds(1), jitter: 1)
        #expect(rotation.failures.count == 1)
    }

    private let down = FrondError(.storeUnavailable, "down")

    @Test("each in turn, and each once a request")
    func turns() {
        var rotation = PrimaryRotation(count: 3)
        let first = (0..<6).map { _ in rotation.next(excluding: [], now: .zero) }
        #expect(first == [0, 1, 2, 0, 1, 2])
        #expect(rotation.next(excluding: [0, 2], now: .zero) == 1)
        #expect(rotation.next(excluding: [0, 1, 2], now: .zero) == nil)
    }

    @Test("one that fails is left out until its pause is over, then asked by one alone")
    func pause() {
        var rotation = PrimaryRotation(count: 2)
        rotation.failed(0, down, now: .zero, jitter: 1)
        for _ in 0..<5 { #expect(rotation.next(excluding: [], now: .milliseconds(1)) == 1) }
        #expect(rotation.next(excluding: [1], now: .milliseconds(1)) == nil)
        let later = Duration.seconds(1)
        #expect(rotation.next(excluding: [], now: later) == 0)
        #expect(rotation.next(excluding: [1], now: later) == nil, "one probe at a time")
        rotation.succeeded(0)
        #expect(rotation.next(excluding: [1], now: later) == 0)
    }

    @Test("the only one is always asked")
    func alone() {
        var rotation = PrimaryRotation(count: 1)
        rotation.failed(0, down, now: .zero, jitter: 1)
        #expect(rotation.next(excluding: [], now: .zero) == 0)
        #expect(rotation.next(excluding: [0], now: .zero) == nil)
    }
}
