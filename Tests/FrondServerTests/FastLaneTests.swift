import Frond
import NIOCore
import NIOHTTP1
import Testing

@testable import FrondServer

@Suite("The fast lane", .timeLimit(.minutes(5)))
struct FastLaneTests {
    private func route(
        _ uri: String, method: HTTPMethod = .GET, version: HTTPVersion = .http1_1, headers: HTTPHeaders = [:]
    ) -> HotRoute? {
        var headers = headers
        if !headers.contains(name: "host") { headers.add(name: "Host", value: "localhost") }
        let head = HTTPRequestHead(version: version, method: method, uri: uri, headers: headers)
        return HotRoute.isPlain(head) ? HotRoute(path: head.uri, maxCount: 10_000) : nil
    }

    @Test("takes a plain GET of a segment ID")
    func takesTheHotRoute() throws {
        #expect(route("/api/segment/get/order")?.tag.name == "order")
        #expect(route("/api/segment/get/a:b-c_D.9", headers: ["Host": "x", "Accept": "*/*"])?.tag.name == "a:b-c_D.9")
        #expect(route("/api/segment/get/order", headers: ["Connection": "Keep-Alive"]) != nil)
        #expect(route("/api/segment/get/order?count=1000")?.count == 1000)
        #expect(route("/api/snowflake/get/order")?.kind == .snowflake)
        #expect(route("/api/uuid/get/order")?.kind == .uuid)
    }

    @Test(
        "leaves everything else to the ordinary routes",
        arguments: [
            "/api/segment/get/", "/api/segment/get", "/api/segment/get/a/b", "/api/segment/get/a?count=0",
            "/api/segment/get/a?count=10001", "/api/segment/get/a?count=x",
            "/api/segment/get/a?n=2", "/api/segment/get/a?count=2&x=1", "/api/segment/get/a?",
            "/api/snowflake/get/a?count=2", "/api/uuid/get/a?count=2",
            "/api/segment/get/a%2Fb", "/api/segment/get/\(String(repeating: "a", count: 129))",
            "/api/uuid/get/order?version=4",
            "/health/live", "/", "",
        ])
    func leavesOtherPaths(uri: String) {
        #expect(route(uri) == nil)
    }

    @Test("leaves requests that want more than the usual answer")
    func leavesOtherRequests() {
        let uri = "/api/segment/get/order"
        #expect(route(uri, method: .POST) == nil)
        #expect(route(uri, method: .HEAD) == nil)
        #expect(route(uri, version: .http1_0) == nil)
        #expect(route(uri, headers: ["Connection": "close"]) == nil)
        #expect(route(uri, headers: ["accept": "application/json"]) == nil)
        #expect(route(uri, headers: ["Expect": "100-continue"]) == nil)
    }

    @Test(
        "writes numbers as Swift does",
        arguments: [0, 1, 9, 10, 99, 100, 12345, Int64.max - 1, Int64.max, -1, Int64.min])
    func decimals(number: Int64) {
        var buffer = ByteBuffer()
        let length = buffer.writeDecimal(number)
        #expect(String(buffer: buffer) == "\(number)")
        #expect(length == "\(number)".utf8.count)
    }

    @Test(
        "writes runs of numbers one a line",
        arguments: [
            (0, 1, 1), (0, 1000, 1), (8, 4, 1), (98, 4, 1), (999_995, 10, 1), (.max - 4, 5, 1), (5, 0, 1),
            (1, 500, 2), (995, 10, 3), (7, 100, 1024), (.max - 2048, 3, 1024),
        ] as [(Int64, Int64, Int64)])
    func runs(first: Int64, count: Int64, stride: Int64) {
        let numbers = NumberRun(first: first, count: count, stride: stride)
        var buffer = ByteBuffer()
        buffer.writeDecimals(numbers)
        #expect(String(buffer: buffer) == numbers.map(String.init).joined(separator: "\n"))
    }

    @Test("writes the date as HTTP wants it")
    func date() {
        // The example of RFC 9110, section 5.6.7.
        #expect(ResponseHead.date(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    }
}
