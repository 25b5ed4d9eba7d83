import Testing

@testable import FrondBench

struct BenchmarkTargetTests {
    @Test("a URL is taken apart") func aURLIsTakenApart() throws {
        let target = try BenchmarkTarget(url: "http://example.org:8080/api/segment/get/order?x=1#top", count: 5)
        #expect(target.host == "example.org")
        #expect(target.port == 8080)
        #expect(target.path == "/api/segment/get/order?x=1&count=5")
        #expect(target.expectedIDs == 5)
        #expect(
            target.request.hasPrefix("GET /api/segment/get/order?x=1&count=5 HTTP/1.1\r\nHost: example.org:8080\r\n"))
    }

    @Test("port, path and count have defaults") func portPathAndCountHaveDefaults() throws {
        let target = try BenchmarkTarget(url: "HTTP://[::1]", count: nil)
        #expect(target.host == "::1")
        #expect(target.port == 80)
        #expect(target.path == "/")
        #expect(target.authority == "[::1]")
        #expect(target.expectedIDs == 1)
    }

    @Test("the URL may ask for a count itself") func theURLMayAskForACountItself() throws {
        let target = try BenchmarkTarget(url: "http://h/a?count=7", count: nil)
        #expect(target.path == "/a?count=7")
        #expect(target.expectedIDs == nil)
    }

    @Test(
        "a text that is not an HTTP URL is refused by name",
        arguments: [
            "https://h/", "h/a", "", "http://", "http://:80/", "http://h:0/", "http://h:65536/", "http://h:x/",
            "http://u:p@h/", "http://h/a b", "http://[::1/", "http://h/ä", "http://h/\r\nX: y",
        ])
    func whatIsNoHTTPURLIsRefusedByName(_ url: String) {
        let error = #expect(throws: HTTPBenchmarkError.self) { try BenchmarkTarget(url: url, count: nil) }
        #expect(error?.code == .invalidURL)
        #expect(error?.message.contains(url) == true)
    }

    @Test("settings out of range are refused by name") func settingsOutOfRangeAreRefusedByName() {
        func refusal(_ change: (inout HTTPBenchmark.Configuration) -> Void) -> String? {
            var configuration = HTTPBenchmark.Configuration(urls: ["http://h/"])
            change(&configuration)
            do {
                _ = try HTTPBenchmark(configuration)
                return nil
            } catch {
                return error.code == .invalidSetting ? error.message : nil
            }
        }
        #expect(refusal { $0.urls = [] }?.contains("urls") == true)
        #expect(refusal { $0.connections = 0 }?.contains("connections 0") == true)
        #expect(refusal { $0.pipelineDepth = 0 }?.contains("pipeline 0") == true)
        #expect(refusal { $0.count = 0 }?.contains("count 0") == true)
        #expect(refusal { $0.duration = .zero }?.contains("duration") == true)
        #expect(refusal { $0.threads = 0 }?.contains("threads 0") == true)
        #expect(refusal { $0.maxRequests = 0 }?.contains("max-requests 0") == true)
    }
}
