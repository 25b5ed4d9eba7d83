import ArgumentParser
import Frond
import FrondClient

/// `frond next`: IDs from running servers, by gRPC.
struct NextCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next", abstract: "Print IDs from a running server, one a line, by gRPC.",
        discussion: "The server listens for gRPC with 'frond serve --grpc-port 9090'. IDs that are not printed because "
            + "the command was interrupted are a gap.")

    @Argument(help: "The tag.")
    var tag: String

    // A string, so that what is not a number is refused by name and with what is allowed.
    @Option(parsing: .unconditional, help: "How many IDs.")
    var count = "1"

    @Option(
        parsing: .unconditionalSingleValue,
        help: "Where a server listens for gRPC: host:port; several take each other's place. (default: 127.0.0.1:9090)")
    var server: [String] = []

    @Option(
        parsing: .unconditional,
        help: "The generator to ask, one of \(GeneratorKind.names). (default: the tag's own, in their order)")
    var generator: String?

    @Option(
        parsing: .unconditional, help: "The format of the IDs, such as hex=16 or 'ORD-{number:6}'. (default: the tag's)"
    )
    var format: String?

    @Option(parsing: .unconditional, help: "How long to try, such as 500ms or 4s.")
    var timeout = "4s"

    @Flag(help: "Connect with TLS.")
    var tls = false

    @Option(parsing: .unconditional, help: "A PEM file of authorities that servers are believed by. Implies --tls.")
    var ca: String?

    @Option(
        parsing: .unconditional, help: "A PEM file: the client's certificate, where servers want one. Implies --tls.")
    var cert: String?

    @Option(parsing: .unconditional, help: "A PEM file: the private key of --cert.")
    var key: String?

    @Option(parsing: .unconditional, help: TokenOption.help)
    var tokenFile: String?

    func run() async throws {
        try await reportingFailures {
            let tag = try Tag(tag)
            guard let number = Int(count), number >= 1 else {
                throw CommandFailure(.usage, "--count '\(count)' is not a whole number from 1")
            }
            let (kind, version) = try wantedGenerator()
            let format = try format.map { try TextFormat($0) }
            let client = try FrondClient(try configuration())
            let outcome: Result<IssuedIDs, any Error>
            do {
                outcome = .success(
                    try await client.remote.next(
                        tag, count: number, format: format, by: kind, uuidVersion: version))
            } catch {
                outcome = .failure(error)
            }
            await client.shutdown()
            try Self.print(try outcome.get().lines, of: tag)
        }
    }

    /// Prints IDs, or says which are lost: they were given out, and no other caller gets them.
    private static func print(_ ids: [String], of tag: Tag) throws {
        do {
            try say(ids.joined(separator: "\n"))
        } catch let failure as CommandFailure {
            let lost =
                ids.count == 1
                ? "the ID \(ids[0])" : "\(ids.count) IDs, \(ids.first ?? "") to \(ids.last ?? ""),"
            let verb = ids.count == 1 ? "is" : "are"
            throw CommandFailure(failure.status, "\(failure.message); \(lost) of tag '\(tag)' \(verb) lost")
        }
    }

    private func wantedGenerator() throws -> (GeneratorKind?, UUIDVersion?) {
        guard let generator else { return (nil, nil) }
        do throws(FrondError) {
            return try GeneratorKind.named(generator)
        } catch {
            throw CommandFailure(.usage, "--generator: \(error.message)")
        }
    }

    private func configuration() throws -> FrondClient.Configuration {
        guard let limit = Duration(text: timeout), limit > .zero else {
            throw CommandFailure(.usage, "--timeout '\(timeout)' is not a time above zero such as 500ms or 4s")
        }
        guard (cert == nil) == (key == nil) else {
            throw CommandFailure(.usage, "--cert and --key go together")
        }
        let isSecure = tls || ca != nil || cert != nil
        return FrondClient.Configuration(
            servers: server.isEmpty ? ["127.0.0.1:9090"] : server,
            tls: isSecure ? ClientTLS(authority: ca, certificate: cert, key: key) : nil,
            token: try tokenFile.map { try ClientToken(file: $0) }, pool: PoolPolicy(callLimit: limit))
    }
}
