import AsyncHTTPClient
import Foundation
import FrondTesting
import NIOCore
import NIOHTTP1
import TestServers
import Testing

/// A `frond serve` on a free port with a data directory of its own, which goes when the test ends.
final class FrondServerProcess: Sendable {
    struct Answer {
        var status: Int
        var headers: HTTPHeaders
        var body: String
    }

    /// The time that requests wait for a store, which is none of a test's business unless it sets it: a busy machine
    /// takes longer than the default.
    private static let patience = ["FROND_SEGMENT_WAIT_LIMIT": "10s"]

    let process: FrondProcess
    let port: Int
    let directory: TemporaryDirectory

    private init(process: FrondProcess, port: Int, directory: TemporaryDirectory) {
        self.process = process
        self.port = port
        self.directory = directory
    }

    /// - Parameter port: 0 for a free one; a test that restarts a server names that of the first.
    static func start(
        in directory: TemporaryDirectory, port: Int = 0, _ arguments: [String] = [],
        environment: [String: String] = [:], scheme: String = "http"
    ) async throws -> FrondServerProcess {
        try await start(
            at: directory.path, keeping: directory, port: port, arguments, environment: environment, scheme: scheme)
    }

    static func start(
        at path: String, keeping directory: TemporaryDirectory, port: Int = 0, _ arguments: [String] = [],
        environment: [String: String] = [:], scheme: String = "http"
    ) async throws -> FrondServerProcess {
        let process = FrondProcess(
            ["serve", "--port", "\(port)", "--data-dir", path] + arguments,
            environment: Self.patience.merging(environment) { $1 })
        let line = try await process.waitForLine(containing: "listens on \(scheme)://")
        let port = try #require(line.split(separator: ":").last.flatMap { Int($0) })
        return FrondServerProcess(process: process, port: port, directory: directory)
    }

    var url: String { "http://127.0.0.1:\(port)" }

    func get(_ path: String, method: HTTPMethod = .GET, headers: HTTPHeaders = [:]) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = method
        request.headers = headers
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let body = try await response.body.collect(upTo: 1 << 24)
        return Answer(status: Int(response.status.code), headers: response.headers, body: String(buffer: body))
    }

    func nextID(_ tag: String = "order") async throws -> Int64 {
        let answer = try await get("/api/segment/get/\(tag)")
        return try #require(Int64(answer.body), "\(answer.status) \(answer.body)")
    }

    /// Asks again and again, a bounded number of times, whether the server is ready.
    func becomesReady() async throws -> Bool {
        for _ in 0..<2000 where try await get("/health/ready").status == 200 { return true }
        return false
    }

    /// Ends the server as an operator does.
    func stop() async -> Int32 {
        process.signal(SIGTERM)
        return await process.waitForExit()
    }

    /// Ends the server as a crash does.
    func crash() async {
        process.signal(SIGKILL)
        _ = await process.waitForExit()
    }
}
