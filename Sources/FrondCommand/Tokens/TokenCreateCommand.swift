import ArgumentParser
import Frond
import FrondServer
import SystemPackage

struct TokenCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a token, and its entry for the file of auth.tokens.",
        discussion: """
            Prints the entry on standard output, so that it can be appended to the file: frond token create orders \
            --allow ids >> tokens.yaml. A new file begins with the line 'tokens:'. Prints the token on standard error, \
            once, or writes it to --token-file: no server has it, only its SHA-256.
            """)

    @Argument(help: "The name of the caller in log lines and limits.")
    var name: String

    @Option(
        parsing: .unconditional,
        help: """
            What the caller may do, separated by commas: ids, reserve, tags, status, admin; each may be narrowed to \
            tags, such as ids:order*. (default: ids)
            """)
    var allow = "ids"

    @Option(parsing: .unconditional, help: "The time until the token ends, such as 90d or 12h. (default: never)")
    var expires: String?

    @Option(
        parsing: .unconditional,
        help: "A new file for the token, which this user alone can read. (default: shown on standard error)")
    var tokenFile: String?

    func run() async throws {
        try await reportingFailures {
            guard (1...100).contains(name.count), name == name.printable() else {
                throw CommandFailure(
                    .usage, "the name '\(name.printable(limit: 100))' is not 1 to 100 printing characters")
            }
            let grants = try allow.split(separator: ",").map { try AccessGrant(String($0)) }
            guard !grants.isEmpty else { throw CommandFailure(.usage, "--allow is empty; use ids or other scopes") }
            let token = Self.token()
            let end = try Self.end(expires)
            if let tokenFile { try Self.write(token, to: tokenFile) }
            try say(Self.entry(name: name, TokenDigest(of: token), grants, end: end))
            if tokenFile == nil { warn("the token of '\(name)', which is shown this once: \(token)") }
        }
    }

    private static func write(_ token: String, to path: String) throws {
        do {
            let file = try FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.create, .exclusiveCreate], permissions: [.ownerReadWrite])
            _ = try file.closeAfter { try file.writeAll("\(token)\n".utf8) }
        } catch {
            throw CommandFailure(
                .output, "--token-file: '\(path.printable(limit: 256))' cannot be made: \(error); name a new file")
        }
    }

    /// A new token: 256 random bits behind a prefix that tools which look for secrets can know.
    private static func token() -> String {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        return "frond_" + String((0..<43).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] })
    }

    private static func end(_ text: String?) throws -> Int64? {
        guard let text else { return nil }
        let days = text.hasSuffix("d") ? Int64(text.dropLast()).map { Duration.seconds($0 * 24 * 3600) } : nil
        guard let duration = days ?? Duration(text: text), duration > .zero, duration < .seconds(1000 * 366 * 24 * 3600)
        else {
            throw CommandFailure(
                .usage, "--expires '\(text.printable(limit: 100))' is not a time above zero such as 90d or 12h")
        }
        return SystemTimeSource().wallMilliseconds + duration.wholeMilliseconds
    }

    private static func entry(name: String, _ digest: TokenDigest, _ grants: [AccessGrant], end: Int64?) -> String {
        var lines = [
            "  - name: \(quoted(name))", "    sha256: \(digest.hexadecimal)",
            "    allow: [\(grants.map { quoted($0.description) }.joined(separator: ", "))]",
        ]
        if let end { lines.append("    expires: \(ExpiryTime.text(ofMilliseconds: end))") }
        return lines.joined(separator: "\n")
    }

    /// A text as YAML has it, whatever is in it.
    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
