import ArgumentParser
import AsyncHTTPClient
import Foundation
import Frond
import FrondClient
import FrondServer
import NIOCore
import NIOHTTP1
import NIOSSL

/// `frond reload`: asks the server of these settings to read them anew, and says what came of it.
struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Have a running server read its settings, tokens and certificates anew.",
        discussion: """
            Asks the listener of admin.port, or without that setting the public one. The server keeps all as it was \
            if a setting or a file is wrong, and the command says why. SIGHUP does the same, and says it in the \
            server's log.
            """)

    /// The time that the server has to answer.
    private static let limit = TimeAmount.seconds(30)

    @Option(help: "The server's address, such as http://127.0.0.1:9091. (default: as the settings say)")
    var url: String?

    @Option(help: "A file with a token of scope admin.")
    var tokenFile: String?

    @Option(help: "A PEM file with the authority of the server's certificate. (default: the system's)")
    var ca: String?

    @OptionGroup var settings: SettingOptions

    private struct Refusal: Decodable {
        var detail: String
    }

    func run() async throws {
        try await reportingFailures {
            let address = try await address()
            let (status, body) = try await ask(address)
            guard status == 200 else {
                let detail = (try? JSONDecoder().decode(Refusal.self, from: Data(body.readableBytesView)))?.detail
                throw CommandFailure(
                    status == 400 ? .configuration : .unavailable,
                    "\(address) answered with \(status): \(detail ?? String(buffer: body).printable(limit: 300))")
            }
            let report = try JSONDecoder().decode(ReloadReport.self, from: Data(body.readableBytesView))
            let changed = report.changed.isEmpty ? "" : "; changed: \(report.changed.joined(separator: ", "))"
            try say("the settings, tokens and certificates were read anew\(changed)")
            if !report.needRestart.isEmpty {
                try say("changed, and need a restart: \(report.needRestart.joined(separator: ", "))")
            }
        }
    }

    private func address() async throws -> String {
        if let url { return url }
        let server = try Settings(try await settings.reader()).server
        let (host, port, tls) =
            server.admin.map { ($0.host, $0.port, $0.tls) } ?? (server.host, server.port, server.tls)
        guard port != 0 else {
            throw CommandFailure(.usage, "the server picks its port itself; name its address with --url")
        }
        let name = ["0.0.0.0", "::"].contains(host) ? host == "::" ? "::1" : "127.0.0.1" : host
        return "http\(tls == nil ? "" : "s")://\(name.contains(":") ? "[\(name)]" : name):\(port)"
    }

    private func ask(_ address: String) async throws -> (status: UInt, body: ByteBuffer) {
        var request = HTTPClientRequest(url: "\(address)/api/reload")
        request.method = .POST
        if let tokenFile {
            request.headers.add(name: "authorization", value: "Bearer \(try ClientToken(file: tokenFile).text)")
        }
        var tls = TLSConfiguration.makeClientConfiguration()
        if let ca { tls.trustRoots = .file(ca) }
        let client = HTTPClient(configuration: HTTPClient.Configuration(tlsConfiguration: tls))
        let outcome: Result<(UInt, ByteBuffer), any Error>
        do {
            let response = try await client.execute(request, timeout: Self.limit)
            outcome = .success((response.status.code, try await response.body.collect(upTo: 1 << 20)))
        } catch {
            outcome = .failure(error)
        }
        try await client.shutdown()
        do {
            return try outcome.get()
        } catch {
            throw CommandFailure(
                .unavailable,
                "\(address) does not answer: \(error); start the server, or name its address with --url")
        }
    }
}
