import Foundation
import Frond
import FrondClient
import FrondServer
import FrondTesting
import Logging
import Testing

@Suite("A client of a server with tokens", .timeLimit(.minutes(5)))
struct TokenTests {
    private static func server() async throws -> TestServer {
        let entries = [
            AccessEntry(
                name: "orders", proof: .token(TokenDigest(of: "frond_orders")),
                grants: [try AccessGrant("ids:order*"), try AccessGrant("reserve:order*")]),
            AccessEntry(
                name: "all", proof: .token(TokenDigest(of: "frond_all")),
                grants: [try AccessGrant("ids"), try AccessGrant("reserve")]),
        ]
        return try await TestServer.start(
            registry: InMemoryWorkerRegistry(),
            access: AccessControl(
                AccessRules(table: try AccessTable(entries)),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
    }

    private static func client(_ server: TestServer, _ token: ClientToken?) throws -> FrondClient {
        try FrondClient(
            FrondClient.Configuration(
                servers: [server.address], token: token, pool: .patient,
                segment: SegmentPolicy(waitLimit: .seconds(60))))
    }

    @Test("reserves, makes snowflake IDs and takes IDs with its token")
    func allowed() async throws {
        let server = try await Self.server()
        let client = try Self.client(server, try ClientToken("frond_all"))
        #expect(try await client.segments.next(try Frond.Tag("order")) == 1)
        _ = try await client.snowflake().next()
        _ = try await client.remote.next(try Frond.Tag("user"))
        await client.shutdown()
        try await server.stop()
    }

    @Test("is told what it lacks, and goes on with what it may do")
    func narrowed() async throws {
        let server = try await Self.server()
        let client = try Self.client(server, try ClientToken("frond_orders"))
        #expect(try await client.segments.next(try Frond.Tag("order")) == 1)
        let error = await frondError { try await client.segments.next(try Frond.Tag("user")) }
        #expect(error?.code == .permissionDenied)
        #expect(error?.message.contains("'reserve' for tag 'user'") == true)
        #expect(try await client.segments.next(try Frond.Tag("order")) == 2)
        await client.shutdown()
        try await server.stop()
    }

    @Test("without a token, or with a wrong one, is refused by each call", arguments: [nil, "frond_wrong"])
    func refused(token: String?) async throws {
        let server = try await Self.server()
        let client = try Self.client(server, try token.map { try ClientToken($0) })
        for _ in 0..<2 {
            let error = await frondError { try await client.remote.next(try Frond.Tag("order")) }
            #expect(error?.code == .unauthenticated)
            #expect(error?.message.contains("frond_wrong") == false)
        }
        await client.shutdown()
        try await server.stop()
    }

    @Test("reads its token from a file, and refuses one without a token, which it does not show")
    func files() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/token"
        try "frond_all\n".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(throws: Never.self) { try ClientToken(file: path) }
        try "two words".write(toFile: path, atomically: true, encoding: .utf8)
        for path in [path, directory.path + "/nowhere"] {
            let error = #expect(throws: FrondError.self) { try ClientToken(file: path) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.message.contains("two words") == false)
        }
    }
}
