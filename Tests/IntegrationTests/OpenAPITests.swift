import Foundation
import Frond
import FrondTesting
import NIOHTTP1
import TestServers
import Testing

@Suite("The description of the HTTP interface", .timeLimit(.minutes(10)))
struct OpenAPITests {
    private static var root: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..").standardizedFileURL
    }

    @Test("/openapi.yaml is docs/openapi.yaml, on both listeners")
    func served() async throws {
        let server = try await FrondServerProcess.start(in: try TemporaryDirectory(), ["--set", "admin.port=0"])
        let document = try String(contentsOf: Self.root.appendingPathComponent("docs/openapi.yaml"), encoding: .utf8)
        for url in [server.url, try await server.admin()] {
            let answer = try await server.get("/openapi.yaml", of: url)
            #expect(answer.status == 200 && answer.body == document)
            #expect(answer.headers.first(name: "content-type") == "application/yaml")
        }
        #expect(await server.stop() == 0)
    }

    @Test("schemathesis finds no answer that the description does not allow")
    func described() async throws {
        let server = try await FrondServerProcess.start(in: try TemporaryDirectory())
        #expect(try await server.becomesReady())
        let folder = Self.root.appendingPathComponent(".build/python/bin").path
        let directory = try TemporaryDirectory()
        let run = ServerProcess(
            "env",
            [
                // Its own files go with the folder.
                "-C", directory.path, folder + "/schemathesis", "--config-file",
                Self.root.appendingPathComponent("Tests/IntegrationTests/Python/schemathesis.toml").path,
                "run", Self.root.appendingPathComponent("docs/openapi.yaml").path, "--url", server.url,
            ],
            environment: ["NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"])
        #expect(await run.waitForExit() == 0, "\(run.printed.suffix(6000))")
        #expect(try await server.get("/health/live").status == 200)
        #expect(await server.stop() == 0)
    }
}
