import Foundation
import FrondTesting
import TestServers
import Testing

@Suite("Retired tags", .timeLimit(.minutes(5)))
struct TagRetireTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func run(_ arguments: String...) async -> (Int32, String) {
        let process = FrondProcess(arguments + ["--data-dir", directory.path])
        let status = await process.waitForExit()
        return (status, process.printed)
    }

    @Test("frond tag retire: servers that have the tag in hand answer 410 by every route, until it is brought back")
    func retires() async throws {
        let server = try await FrondServerProcess.start(in: directory)
        #expect(try await server.nextID() == 1)
        var (status, output) = await run("tag", "retire", "order")
        #expect(status == 0 && output.contains("retired=true"), "\(output)")
        try await waitUntil("the server knows") { try await server.get("/api/segment/get/order").status == 410 }
        for path in [
            "/api/segment/get/order", "/api/id/order", "/api/uuid/get/order", "/api/segment/get/order?count=9",
        ] {
            let answer = try await server.get(path)
            #expect(answer.status == 410, "\(path): \(answer.body)")
            #expect(answer.body.contains("urn:frond:problem:tag-retired"), "\(answer.body)")
        }
        (status, output) = await run("tag", "set", "order", "--step", "5")
        #expect(status != 0 && output.contains("is retired") && output.contains("--undo"), "\(output)")
        (status, output) = await run("tag", "create", "order")
        #expect(status != 0 && output.contains("exists already"), "\(output)")
        // A server that never saw the tag refuses it at once.
        #expect(await server.stop() == 0)
        let other = try await FrondServerProcess.start(in: directory)
        #expect(try await other.get("/api/id/order").status == 410)
        (status, output) = await run("tag", "retire", "order", "--undo")
        #expect(status == 0 && !output.contains("retired=true"), "\(output)")
        try await waitUntil("the tag is back") { try await other.get("/api/id/order").status == 200 }
        #expect(try await other.nextID() > 2, "no number came twice")
        #expect(await other.stop() == 0)
    }

    @Test("a tag that does not exist cannot be retired")
    func unknown() async throws {
        _ = await run("tag", "create", "order")
        let (status, output) = await run("tag", "retire", "nothing")
        #expect(status != 0 && output.contains("tag 'nothing' does not exist"), "\(output)")
    }
}
