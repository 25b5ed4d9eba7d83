import Foundation
import Frond
import FrondTesting
import TestServers
import Testing

@testable import FrondMySQL

@Suite("What bad input gets: one line that names the cure", .timeLimit(.minutes(5)))
struct BadInputTests {
    private func expect(
        _ configuration: MySQLConfiguration, says texts: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        let store = await frondError { try await MySQLSegmentStore(configuration).check() }
        let registry = await frondError { try await MySQLWorkerStore(configuration).check() }
        #expect(store?.code == .storeUnavailable, sourceLocation: sourceLocation)
        #expect(registry?.code == .registryUnavailable, sourceLocation: sourceLocation)
        for error in [store, registry] {
            let text = "\(error.map { "\($0)" } ?? "")"
            for expected in texts {
                #expect(text.contains(expected), "\(text)", sourceLocation: sourceLocation)
            }
            #expect(!text.contains("\n"), sourceLocation: sourceLocation)
            let secret = configuration.password
            #expect(secret.isEmpty || !text.contains(secret), sourceLocation: sourceLocation)
            #expect(error?.retryAfter != nil, "at run time it is a 503", sourceLocation: sourceLocation)
        }
    }

    @Test("what is right passes")
    func right() async throws {
        let database = try await TestDatabase.make()
        let user = try await database.makeUser("SELECT, INSERT, UPDATE, DELETE")
        try await MySQLSegmentStore(user).check()
        _ = try await MySQLWorkerRegistry(user).initialise(floorMilliseconds: nil)
        try await MySQLWorkerStore(user).check()
    }

    @Test("wrong password")
    func password() async throws {
        let database = try await TestDatabase.make(hasTables: false)
        var user = try await database.makeUser("ALL")
        user.password = "guess-4711"
        await expect(user, says: "refuses user", "correct the user name or the password")
    }

    @Test("no such database")
    func missingDatabase() async throws {
        var configuration = try await TestDatabase.make(hasTables: false).configuration
        configuration.database = "nowhere"
        await expect(configuration, says: "database 'nowhere' does not exist", "CREATE DATABASE")
    }

    @Test("no tables")
    func missingTable() async throws {
        let database = try await TestDatabase.make(hasTables: false)
        await expect(database.configuration, says: "doesn't exist", "frond schema apply")
    }

    @Test("a column is missing")
    func missingColumn() async throws {
        let database = try await TestDatabase.make()
        try await database.run(
            "ALTER TABLE leaf_alloc DROP COLUMN version", "ALTER TABLE frond_worker DROP COLUMN grpc_address")
        await expect(database.configuration, says: "frond schema apply")
    }

    @Test("rights are missing", arguments: ["INSERT", "SELECT"])
    func missingRights(rights: String) async throws {
        let user = try await TestDatabase.make().makeUser(rights)
        await expect(user, says: "lacks rights on database", "GRANT SELECT, INSERT, UPDATE, DELETE ON")
    }

    @Test("a read-only server")
    func readOnly() async throws {
        let server = try await MariaDBServer()
        let database = try await TestDatabase.make(on: server)
        let user = try await database.makeUser("SELECT, INSERT, UPDATE, DELETE")
        let store = MySQLSegmentStore(user)
        let tag = try Tag("order")
        _ = try await store.create(tag, TagSettings(step: 10))
        try await database.run("SET GLOBAL read_only = 1")
        await expect(user, says: "is read-only", "name the primary")
        let error = await frondError { _ = try await store.reserve(tag, atLeast: nil, after: nil) }
        #expect(error?.message.contains("is read-only") == true)
        try await database.run("SET GLOBAL read_only = 0")
        #expect(try await store.reserve(tag, atLeast: nil, after: nil).first == 1)
    }

    @Test("nobody listens, and no such host")
    func wrongHost() async throws {
        var configuration = try await TestDatabase.make(hasTables: false).configuration
        configuration.port = try FreePort.find()
        await expect(configuration, says: "no connection to 127.0.0.1:", "correct host and port")
        configuration.host = "nowhere.invalid"
        await expect(configuration, says: "'nowhere.invalid'", "correct the host")
    }

    @Test("a registry that nobody initialised says how")
    func notInitialised() async throws {
        let configuration = try await TestDatabase.make().configuration
        let error = await frondError { try await MySQLWorkerStore(configuration).check() }
        #expect(error?.code == .registryLost)
        #expect(error?.message.contains("frond worker init") == true)
    }

    @Test(
        "a URL that is none says which part, and shows no password",
        arguments: [
            ("postgres://u:hush@h/d", "does not begin with mysql://"), ("mysql://u:hush@h", "names no database"),
            ("mysql://u:hush@h/", "names no database"), ("mysql://h/d", "names no user"),
            ("mysql://:hush@h/d", "names no user"), ("mysql://u:hush@/d", "names no host"),
            ("mysql://u:hush@h:port/d", "the port is 'port'"), ("mysql://u:hush@h:70000/d", "1 to 65535"),
            ("mysql://u:hush@[::1/d", "not a host and a port"), ("mysql://u:hush%2@h/d", "the password has a %"),
            ("mysql://u:hush%00@h/d", "the password is not text"),
            ("mysql://u:hush%FF@h/d", "the password is not text"),
            ("mysql://u:hush@h/d/e", "more after the database"), ("mysql://u:hush@h/d?tls=maybe", "tls is 'maybe'"),
            ("mysql://u:hush@h/d?ssl=1", "option 'ssl' is not known"), ("mysql://u:hush@h/d?pool=0", "pool is '0'"),
            ("mysql://u:hush@h/d?timeout=1h", "timeout is '1h'"), ("mysql://u:hush@h/d?ca=/x", "tls=verify alone"),
        ])
    func badURL(url: String, says: String) {
        let error = #expect(throws: FrondError.self) { try MySQLConfiguration(url: url) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("hush") == false)
    }

    @Test("a URL is read as it is written")
    func goodURL() throws {
        let url =
            "mariadb://us%40er:p@ss%3A%2f%25@[::1]:3307/or%20ders?tls=verify&ca=/etc/ca.pem&timeout=7&connect-timeout=2"
            + "&pool=9"
        let configuration = try MySQLConfiguration(url: url)
        let expected = MySQLConfiguration(
            host: "::1", port: 3307, user: "us@er", password: "p@ss:/%", database: "or ders", encryption: .verify,
            certificateAuthority: "/etc/ca.pem", connectTimeout: .seconds(2), replyTimeout: .seconds(7), poolSize: 9)
        #expect(configuration == expected)
        #expect(try MySQLConfiguration(url: "mysql://u@h/d").port == 3306)
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(text.contains("[::1]:3307"))
            #expect(!text.contains("p@ss"), "\(text)")
        }
    }
}
