import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import TestServers
import Testing

extension FrondServerProcess {
    /// The URL of the listener of administration.
    func admin() async throws -> String {
        let line = try await process.waitForLine(containing: "administration on ")
        return String(try #require(line.split(separator: " ").last))
    }

    /// The answer of another listener.
    func get(_ path: String, of url: String) async throws -> Answer {
        try await answer(HTTPClientRequest(url: url + path))
    }

    /// Sends JSON, and the headers instead of it.
    func send(
        _ method: HTTPMethod, _ path: String, _ body: String, _ headers: HTTPHeaders = [:]
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = method
        request.headers = ["content-type": "application/json"]
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        if !body.isEmpty { request.body = .bytes(ByteBuffer(string: body)) }
        return try await answer(request)
    }

    private func answer(_ request: HTTPClientRequest) async throws -> Answer {
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let body = try await response.body.collect(upTo: 1 << 24)
        return Answer(status: Int(response.status.code), headers: response.headers, body: String(buffer: body))
    }
}
