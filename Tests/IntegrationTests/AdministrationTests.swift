import AsyncHTTPClient
import Foundation
import FrondTesting
import NIOCore
import NIOHTTP1
import TestServers
import Testing

@Suite("Administration over HTTP", .timeLimit(.minutes(5)))
struct AdministrationTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private struct TagDocument: Decodable {
        var tag, maxId, step, max, description, settingsVersion: String
        var retired: Bool
        var options: [String: String]
    }

    private struct Page: Decodable {
        var tags: [TagDocument]
        var next: String?
    }

    private func decode<Value: Decodable>(_ answer: FrondServerProcess.Answer) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(answer.body.utf8))
    }

    @Test("a tag is created, shown, changed and retired, by the rules of the command")
    func life() async throws {
        let server = try await FrondServerProcess.start(in: directory)
        var answer = try await server.send(
            .POST, "/api/tags/invoice", #"{"step": 10, "start": "100", "description": "invoices"}"#)
        #expect(answer.status == 201, "\(answer.body)")
        #expect(answer.headers.first(name: "location") == "/api/tags/invoice")
        var tag: TagDocument = try decode(answer)
        #expect(tag.maxId == "100" && tag.step == "10" && tag.description == "invoices")
        #expect(answer.headers.first(name: "etag") == "\"\(tag.settingsVersion)\"")
        answer = try await server.send(.POST, "/api/tags/invoice", "{}")
        #expect(answer.status == 409 && answer.body.contains("tag-exists"), "\(answer.body)")
        #expect(try await server.nextID("invoice") == 100)

        answer = try await server.send(
            .PATCH, "/api/tags/invoice", #"{"step": 20, "options": {"generators": "segment"}}"#)
        tag = try decode(answer)
        #expect(answer.status == 200 && tag.step == "20" && tag.options["generators"] == "segment", "\(answer.body)")
        answer = try await server.send(.PATCH, "/api/tags/invoice", #"{"options": {"generators": null}}"#)
        tag = try decode(answer)
        #expect(tag.options.isEmpty && tag.step == "20", "\(answer.body)")
        answer = try await server.send(.PATCH, "/api/tags/invoice", #"{"cycles": true}"#)
        #expect(answer.status == 400 && answer.body.contains("allow_cycle"), "\(answer.body)")

        answer = try await server.send(.POST, "/api/tags/invoice/retire", "")
        tag = try decode(answer)
        #expect(answer.status == 200 && tag.retired, "\(answer.body)")
        try await waitUntil("it is refused") { try await server.get("/api/id/invoice").status == 410 }
        answer = try await server.send(.PATCH, "/api/tags/invoice", #"{"step": 5}"#)
        #expect(answer.status == 410, "\(answer.body)")
        answer = try await server.send(.POST, "/api/tags/invoice/unretire", "")
        #expect(answer.status == 200, "\(answer.body)")
        try await waitUntil("it is back") { try await server.get("/api/id/invoice").status == 200 }
        answer = try await server.send(.DELETE, "/api/tags/invoice", "")
        #expect(answer.status == 405 && answer.headers.first(name: "allow") == "GET, HEAD, POST, PATCH")
        #expect(await server.stop() == 0)
        #expect(server.process.printed.contains("action=retire"), "\(server.process.printed)")
    }

    @Test("a change that was decided by another version is 412 and changes nothing")
    func conflicts() async throws {
        let server = try await FrondServerProcess.start(in: directory)
        let created = try await server.send(.POST, "/api/tags/order", "{}")
        let version = try #require(created.headers.first(name: "etag"))
        _ = try await server.nextID()
        var answer = try await server.send(
            .PATCH, "/api/tags/order", #"{"description": "first"}"#, ["if-match": "\"1\", \(version)"])
        #expect(answer.status == 200, "numbers that are reserved change no settings: \(answer.body)")
        for stale in [version, "\"0\"", "W/\(version)"] {
            answer = try await server.send(
                .PATCH, "/api/tags/order", #"{"description": "second"}"#, ["if-match": stale])
            #expect(answer.status == 412 && answer.body.contains("urn:frond:problem:conflict"), "\(answer.body)")
            answer = try await server.send(.POST, "/api/tags/order/retire", "", ["if-match": stale])
            #expect(answer.status == 412)
        }
        let tag: TagDocument = try decode(try await server.get("/api/tags/order"))
        #expect(tag.description == "first" && !tag.retired)
        answer = try await server.send(.PATCH, "/api/tags/order", "{}", ["if-match": "a"])
        #expect(answer.status == 400 && answer.body.contains("If-Match 'a'"), "\(answer.body)")
        #expect(await server.stop() == 0)
    }

    @Test("tags are listed by name, a page at a time")
    func pages() async throws {
        let server = try await FrondServerProcess.start(in: directory)
        for number in 0..<7 { _ = try await server.send(.POST, "/api/tags/tag-\(number)", "{}") }
        var names: [String] = []
        var after: String?
        repeat {
            let path = "/api/tags?limit=3" + (after.map { "&after=\($0)" } ?? "")
            let page: Page = try decode(try await server.get(path))
            #expect(page.tags.count <= 3)
            names += page.tags.map(\.tag)
            after = page.next
        } while after != nil
        #expect(names == (0..<7).map { "tag-\($0)" })
        #expect(try await server.get("/api/tags?limit=0").status == 400)
        #expect(try await server.get("/api/tags?sort=name").body.contains("'sort' is unknown"))
        #expect(await server.stop() == 0)
    }

    @Test(
        "a body that is not allowed is refused with the member and the cure, and changes nothing",
        arguments: [
            ("{\"step\": 0}", "step 0"), ("{\"step\": \"many\"}", "'step'"), ("{\"step\": 1.5}", "'step'"),
            ("{\"step\": null}", "'step'"), ("{\"stepp\": 1}", "'stepp'"), ("[1]", "JSON object"), ("{", "JSON object"),
            ("{\"options\": {\"format\": 5}}", "options.format"), ("{\"options\": {\"colour\": \"red\"}}", "colour"),
            ("{\"options\": {\"format\": \"A{number}\\nretired=true\"}}", "line break"),
            ("{\"step\": 99999999999999999999}", "'step'"), ("{\"cycles\": \"yes\"}", "'cycles'"),
            ("{\"description\": 5}", "'description'"),
            (String(repeating: "[", count: 5000), "JSON object"),
        ])
    func badBodies(body: String, reason: String) async throws {
        let server = try await FrondServerProcess.start(in: directory)
        _ = try await server.send(.POST, "/api/tags/order", "{}")
        for (method, path) in [(HTTPMethod.POST, "/api/tags/new"), (.PATCH, "/api/tags/order")] {
            let answer = try await server.send(method, path, body)
            #expect(answer.status == 400 && answer.body.contains(reason), "\(answer.status) \(answer.body)")
        }
        #expect(try await server.get("/api/tags/new").status == 404)
        let plain = try await server.send(.POST, "/api/tags/new", "{}", ["content-type": "text/plain"])
        #expect(plain.status == 415, "a page of another origin may send that: \(plain.body)")
        #expect(await server.stop() == 0)
    }

    @Test("with admin.port, administration and the details of health have a listener of their own")
    func listener() async throws {
        let server = try await FrondServerProcess.start(in: directory, ["--set", "admin.port=0"])
        let admin = try await server.admin()
        for path in ["/health/ready", "/api/tags", "/api/tags/order"] {
            #expect(try await server.get(path).status == 404, "\(path)")
        }
        #expect(try await server.send(.POST, "/api/reload", "").status == 404)
        #expect(try await server.get("/health/live").status == 200)
        #expect(try await server.get("/health/live", of: admin).status == 200)
        try await waitUntil("it is ready") { try await server.get("/health/ready", of: admin).status == 200 }
        #expect(try await server.get("/health/ready", of: admin).body.contains("segment"))
        #expect(try await server.nextID() == 1)
        #expect(try await server.get("/api/tags", of: admin).body.contains("order"))
        // The same connection, byte for byte: no lane answers there.
        for _ in 0..<5 { #expect(try await server.get("/api/segment/get/order", of: admin).status == 404) }
        #expect(await server.stop() == 0)
    }

    @Test("the listener of administration has a certificate of its own")
    func secured() async throws {
        let certificates = try await TestCertificates.make()
        let server = try await FrondServerProcess.start(
            in: directory,
            [
                "--set", "admin.port=0", "--set", "admin.tls.certificate=\(certificates.server)", "--set",
                "admin.tls.key=\(certificates.serverKey)",
            ])
        let admin = try await server.admin()
        #expect(admin.hasPrefix("https://"), "\(admin)")
        #expect(try await server.nextID() == 1)
        let (status, output) = await frond(
            "reload", "--url", admin, "--ca", certificates.authority)
        #expect(status == 0, "\(output)")
        let stranger = await frond("reload", "--url", admin)
        #expect(stranger.status != 0, "\(stranger.output)")
        #expect(await server.stop() == 0)
    }

    @Test("a port of administration that is taken ends the start with the setting to change")
    func taken() async throws {
        let server = try await FrondServerProcess.start(in: directory)
        let (status, output) = await frond(
            "serve", "--port", "0", "--data-dir", try TemporaryDirectory().path, "--set", "admin.port=\(server.port)")
        #expect(status == 69 && output.contains("admin.port"), "\(status) \(output)")
        #expect(await server.stop() == 0)
    }
}
