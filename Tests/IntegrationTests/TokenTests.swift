import Foundation
import FrondServer
import FrondTesting
import NIOHTTP1
import TestServers
import Testing

@testable import FrondCommand

@Suite("Tokens", .timeLimit(.minutes(5)))
struct TokenTests {
    private let directory: TemporaryDirectory
    private static let digest = String(repeating: "0123456789abcdef", count: 4)

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func file(_ text: String) throws -> String {
        let path = directory.path + "/tokens.yaml"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        return path
    }

    @Test("that are made let their holders in, by the file that their entries are appended to")
    func roundTrip() async throws {
        let tokenFile = directory.path + "/orders.token"
        let made = await frond(
            "token", "create", "orders", "--allow", "ids:order*,reserve:order*", "--expires", "90d", "--token-file",
            tokenFile)
        #expect(made.status == 0, "\(made.output)")
        let token = try String(contentsOfFile: tokenFile, encoding: .utf8).trimmingCharacters(
            in: .whitespacesAndNewlines)
        #expect(token.wholeMatch(of: /frond_[0-9A-Za-z]{43}/) != nil)
        #expect(!made.output.contains(token))
        let mode = try FileManager.default.attributesOfItem(atPath: tokenFile)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let entries = made.output.split(separator: "\n").filter { $0.hasPrefix("  ") }.joined(separator: "\n")
        let path = try file("tokens:\n" + entries + "\n")
        let server = try await FrondServerProcess.start(
            in: directory, ["--grpc-port", "0", "--set", "auth.tokens=\(path)", "--set", "log.level=debug"])
        #expect(try await server.get("/api/segment/get/order").status == 401)
        let headers = { (token: String) in ["Authorization": "Bearer \(token)"] }
        let answer = try await server.get("/api/segment/get/order", headers: .init(headers(token).map { ($0, $1) }))
        #expect(answer.status == 200 && answer.body == "1")
        let other = try await server.get("/api/segment/get/user", headers: .init(headers(token).map { ($0, $1) }))
        #expect(other.status == 403)
        let address = "127.0.0.1:\(try await server.grpcPort())"
        let next = await frond("next", "order", "--server", address, "--token-file", tokenFile)
        #expect(next.status == 0 && next.output.contains("2"), "\(next.output)")
        let refused = await frond("next", "order", "--server", address)
        #expect(refused.status != 0 && refused.output.contains("token"), "\(refused.output)")
        #expect(await server.stop() == 0)
        #expect(!server.process.printed.contains(token))
        #expect(server.process.printed.contains("a caller was refused"))
    }

    @Test(
        "of a wrong file are refused by line, with the cure",
        arguments: [
            ("tokens:\n  - name: a\n    sha256: xyz\n    allow: [ids]\n", "line 3: sha256 is not 64"),
            (
                "tokens:\n  - name: a\n    sha256: DIGEST\n    allow: [ids, everything]\n",
                "line 4: unknown scope 'everything'"
            ),
            ("tokens:\n  - name: a\n    sha256: DIGEST\n    allow: [status:x]\n", "line 4: 'status:x' narrows"),
            ("tokens:\n  - name: a\n    sha256: DIGEST\n", "line 2: the entry allows nothing"),
            ("tokens:\n  - sha256: DIGEST\n    allow: [ids]\n", "line 2: the entry has no name"),
            ("tokens:\n  - name: a\n    allow: [ids]\n", "line 2: an entry has either"),
            ("tokens:\n  - name: a\n    sha256: DIGEST\n    allow: [ids]\n    expires: soon\n", "line 5: expires"),
            (
                "tokens:\n  - name: a\n    sha256: DIGEST\n    allow: [ids]\n    colour: red\n",
                "line 5: 'colour' is unknown"
            ),
            (
                "tokens:\n  - {name: a, sha256: DIGEST, allow: [ids]}\n  - {name: a, certificate: a, allow: [ids]}\n",
                "line 3: the name 'a' stands at line 2 too"
            ),
            (
                "tokens:\n  - {name: a, sha256: DIGEST, allow: [ids]}\n  - {name: b, sha256: DIGEST, allow: [ids]}\n",
                "line 3: the token or certificate of line 2"
            ),
            ("tokens: yes\n", "'tokens' is not a list"), ("callers: []\n", "has no list 'tokens'"),
            ("tokens: [\n", "is not YAML"),
        ])
    func wrongFiles(text: String, reason: String) throws {
        let path = try file(text.replacing("DIGEST", with: Self.digest))
        let failure = #expect(throws: CommandFailure.self) { try TokensFile(path: path).read() }
        #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "")")
        #expect(failure?.status == .configuration)
        #expect(failure?.message.contains(Self.digest) == false)
    }

    @Test("may end with a day, or at a moment")
    func expiry() throws {
        #expect(ExpiryTime("1970-01-01")?.milliseconds == Int64(86_400_000))
        #expect(ExpiryTime("1970-01-01T00:00:01Z")?.milliseconds == Int64(1000))
        #expect(ExpiryTime("tomorrow") == nil)
    }

    @Test("in a file that other users can read or change are warned of")
    func permissions() throws {
        let path = try file("tokens:\n  - name: a\n    sha256: \(Self.digest)\n    allow: ids\n")
        #expect(try TokensFile(path: path).read().warnings == [])
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let file = try TokensFile(path: path).read()
        #expect(file.warnings.first?.contains("chmod o= ") == true)
        #expect(file.table.entries.map(\.name) == ["a"])
    }

    @Test("without them a server that others can reach says at the start what is open to them")
    func openServer() async throws {
        func summary(_ options: [SettingKey: String]) async throws -> String? {
            try Settings(try await SettingsReader(options: options, file: nil, environment: [:])).accessSummary
        }
        #expect(try await summary([.host: "0.0.0.0"])?.contains("this machine alone") == true)
        #expect(try await summary([.grpcPort: "0", .grpcHost: "10.0.0.1"])?.contains("auth.tokens") == true)
        #expect(try await summary([:]) == nil)
        #expect(try await summary([.host: "localhost", .grpcPort: "0", .grpcHost: "::1"]) == nil)
    }

    @Test(
        "have settings that are refused by name",
        arguments: [
            ("limits.client", "fast", "limits.client: 'fast' is not a limit"),
            ("limits.tag", "0/s", "limits.tag: the rate 0"),
            ("http.trustedProxies", "proxy", "http.trustedProxies: 'proxy'"),
            ("auth.tokens", "/nowhere/tokens.yaml", "auth.tokens: the file /nowhere/tokens.yaml cannot be read"),
        ])
    func settings(name: String, value: String, reason: String) async throws {
        let result = await frond("serve", "--port", "0", "--data-dir", directory.path, "--set", "\(name)=\(value)")
        #expect(result.status == 78)
        #expect(result.output.contains(reason), "\(result.output)")
    }
}
