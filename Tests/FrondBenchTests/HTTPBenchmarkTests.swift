import Frond
import FrondTesting
import NIOHTTP1
import Synchronization
import Testing

@testable import FrondBench

@Suite(.timeLimit(.minutes(5)))
struct HTTPBenchmarkTests {
    /// Ends by its number of requests; the duration is only a bound.
    private func configuration(_ urls: [String], requests: Int, connections: Int = 4) -> HTTPBenchmark.Configuration {
        HTTPBenchmark.Configuration(
            urls: urls, connections: connections, duration: .seconds(30), reconnectFor: .seconds(5),
            maxRequests: requests)
    }

    @Test("increasing IDs pass") func increasingIDsPass() async throws {
        let report = try await IDServer.Plan { request, _ in .body("\(request + 1)") }.whileRunning { server in
            try await HTTPBenchmark(configuration([server.url()], requests: 1001)).run()
        }
        #expect(report.requests == 1001)
        #expect(report.ids == 1001)
        #expect(report.check.isComplete)
        #expect(!report.check.foundViolation)
        #expect(report.failures.isEmpty)
        #expect(report.disconnects == 0)
        let latency = try #require(report.latency)
        #expect(latency.p50Milliseconds > 0)
        #expect(latency.p50Milliseconds <= latency.p999Milliseconds)
        #expect(latency.p999Milliseconds <= latency.maxMilliseconds)
    }

    @Test("an ID that comes twice is reported with its receivers")
    func anIDThatComesTwiceIsReportedWithItsReceivers() async throws {
        // The 200th answer repeats the 100th ID.
        let report = try await IDServer.Plan { request, _ in .body("\(request == 199 ? 99 : request)") }.whileRunning {
            server in
            try await HTTPBenchmark(configuration([server.url()], requests: 400)).run()
        }
        #expect(report.check.duplicates == 1)
        #expect(report.check.duplicateExamples.map(\.id) == ["99"])
        #expect(report.check.duplicateExamples.first?.receivers.count == 2)
        #expect(report.check.foundViolation)
        #expect(report.description.contains("DUPLICATES: 1 of 400"))
    }

    @Test("an ID out of order is reported") func anIDOutOfOrderIsReported() async throws {
        let plan = IDServer.Plan { request, _ in .body("\(request == 7 ? 1000 : request)") }
        let report = try await plan.whileRunning { server in
            try await HTTPBenchmark(configuration([server.url()], requests: 20, connections: 1)).run()
        }
        #expect(report.check.duplicates == 0)
        #expect(report.check.descents == 1)
        #expect(report.check.descentExamples.map(\.id) == ["8"])
        #expect(report.check.descentExamples.map(\.previous) == ["1000"])
        #expect(report.check.foundViolation)
    }

    @Test("two servers that give the same IDs are found") func twoServersThatGiveTheSameIDsAreFound() async throws {
        let script: IDServer.Script = { request, _ in .body("\(request + 1)\n") }
        let report = try await IDServer.Plan(script).whileRunning { first in
            try await IDServer.Plan(script).whileRunning { second in
                try await HTTPBenchmark(configuration([first.url(), second.url()], requests: 200)).run()
            }
        }
        #expect(report.check.duplicates == 100)
        #expect(report.check.descents == 0)
        #expect(report.check.duplicateExamples.count == 10)
        #expect(report.check.duplicateExamples.allSatisfy { Set($0.receivers.map(\.url)).count == 2 })
    }

    @Test("pipelined requests for many IDs are all answered")
    func pipelinedRequestsForManyIDsAreAllAnswered() async throws {
        let uris = Mutex<Set<String>>([])
        let report = try await IDServer.Plan { request, uri in
            uris.withLock { _ = $0.insert(uri) }
            return .body((0..<100).map { "\(request * 100 + $0)" }.joined(separator: "\n"))
        }.whileRunning { server in
            var configuration = configuration([server.url("/api/segment/get/order")], requests: 500)
            configuration.pipelineDepth = 16
            configuration.count = 100
            return try await HTTPBenchmark(configuration).run()
        }
        #expect(uris.withLock { $0 } == ["/api/segment/get/order?count=100"])
        #expect(report.requests == 500)
        #expect(report.ids == 50_000)
        #expect(!report.check.foundViolation)
    }

    @Test("a connection that is lost is made again") func aConnectionThatIsLostIsMadeAgain() async throws {
        let report = try await IDServer.Plan { request, _ in
            switch request {
            case 50: .close
            case 100: .cutOff("\(request)\n5")
            default: .body("\(request)\n")
            }
        }.whileRunning { server in
            try await HTTPBenchmark(configuration([server.url()], requests: 300)).run()
        }
        #expect(report.requests == 300)
        #expect(report.disconnects == 2)
        #expect(report.lostRequests == 2)
        #expect(report.reconnects == 2)
        // Of the answer that was cut off, the line that was whole counts.
        #expect(report.ids == 301)
        #expect(!report.check.foundViolation)
    }

    @Test("the order begins anew after a reconnect") func theOrderBeginsAnewAfterAReconnect() async throws {
        let report = try await IDServer.Plan { request, _ in
            request == 10 ? .close : .body("\(request < 10 ? 1000 + request : request)")
        }.whileRunning { server in
            try await HTTPBenchmark(configuration([server.url()], requests: 30, connections: 1)).run()
        }
        #expect(report.check.descents == 0)
        #expect(report.reconnects == 1)
    }

    @Test("without reconnect the connection is given up") func withoutReconnectTheConnectionIsGivenUp() async throws {
        let report = try await IDServer.Plan { request, _ in request == 10 ? .close : .body("\(request)") }.whileRunning
        { server in
            var configuration = configuration([server.url()], requests: 30, connections: 1)
            configuration.reconnects = false
            return try await HTTPBenchmark(configuration).run()
        }
        #expect(report.requests == 10)
        #expect(report.connectionsGivenUp == 1)
    }

    @Test("refusals are counted by status") func refusalsAreCountedByStatus() async throws {
        let report = try await IDServer.Plan { request, _ in
            request % 10 == 0 ? .status(.serviceUnavailable) : .body("\(request)")
        }.whileRunning { server in
            try await HTTPBenchmark(configuration([server.url()], requests: 100)).run()
        }
        #expect(report.failures.map(\.reason) == ["503 Service Unavailable"])
        #expect(report.failures.map(\.count) == [10])
        #expect(report.requests == 90)
        #expect(!report.check.foundViolation)
    }

    @Test("bodies that are not IDs are failures") func bodiesThatAreNoIDsAreFailures() async throws {
        let report = try await IDServer.Plan { request, _ in .body(request == 3 ? "oops" : "1\n2\n3") }.whileRunning {
            server in
            try await HTTPBenchmark(configuration([server.url()], requests: 5, connections: 1)).run()
        }
        #expect(report.requests == 0)
        #expect(
            Set(report.failures.map(\.reason)) == [
                "200 with another number of IDs than the 1 asked for", "200 with lines that are no IDs",
            ])
    }

    @Test("random UUIDs pass without the order") func randomUUIDsPassWithoutTheOrder() async throws {
        let generator = RandomUUIDGenerator()
        let report = try await IDServer.Plan { _, _ in .body(generator.nextIfReady()?.description ?? "") }.whileRunning
        { server in
            var configuration = configuration([server.url("/api/uuid/get/order?version=4")], requests: 500)
            configuration.checksOrder = false
            return try await HTTPBenchmark(configuration).run()
        }
        #expect(report.ids == 500)
        #expect(!report.check.foundViolation)
        #expect(!report.check.orderWasChecked)
    }

    @Test("time-ordered UUIDs pass with the order") func timeOrderedUUIDsPassWithTheOrder() async throws {
        let generator = TimeOrderedUUIDGenerator()
        let report = try await IDServer.Plan { _, _ in .body(generator.nextIfReady()?.description ?? "") }.whileRunning
        { server in
            try await HTTPBenchmark(configuration([server.url("/api/uuid/get/order")], requests: 500)).run()
        }
        #expect(report.ids == 500)
        #expect(!report.check.foundViolation)
    }

    @Test("several threads share the connections") func severalThreadsShareTheConnections() async throws {
        let report = try await IDServer.Plan { request, _ in .body("\(request)") }.whileRunning { server in
            var configuration = configuration([server.url()], requests: 500, connections: 5)
            configuration.threads = 2
            return try await HTTPBenchmark(configuration).run()
        }
        #expect(report.ids == 500)
        #expect(!report.check.foundViolation)
    }

    @Test("fewer requests than connections are sent") func fewerRequestsThanConnectionsAreSent() async throws {
        let report = try await IDServer.Plan { request, _ in .body("\(request)") }.whileRunning { server in
            try await HTTPBenchmark(configuration([server.url()], requests: 2)).run()
        }
        #expect(report.requests == 2)
        #expect(report.elapsedSeconds < 30)
    }

    @Test("the duration ends the run") func theDurationEndsTheRun() async throws {
        let report = try await IDServer.Plan { request, _ in .body("\(request)") }.whileRunning { server in
            let configuration = HTTPBenchmark.Configuration(urls: [server.url()], duration: .milliseconds(50))
            return try await HTTPBenchmark(configuration).run()
        }
        #expect(report.requests > 0)
        #expect(report.elapsedSeconds <= 0.05)
        #expect(report.lostRequests == 0)
    }

    @Test("cancellation reports the results so far") func cancellationReportsWhatThereIs() async throws {
        let report = try await IDServer.Plan { request, _ in .body("\(request)") }.whileRunning { server in
            let task = Task {
                let configuration = HTTPBenchmark.Configuration(urls: [server.url()], duration: .seconds(30))
                return try await HTTPBenchmark(configuration).run()
            }
            try await waitUntil("requests are answered") { server.requests.count.load(ordering: .relaxed) >= 100 }
            task.cancel()
            return try await task.value
        }
        #expect(report.requests > 0)
        #expect(report.elapsedSeconds < 30)
    }

    @Test("a check without memory does not claim that there is no duplicate")
    func aCheckWithoutMemoryDoesNotClaimThatThereIsNoDuplicate() async throws {
        let report = try await IDServer.Plan { _, _ in .body("7") }.whileRunning { server in
            var configuration = configuration([server.url()], requests: 20)
            configuration.checkMemoryBytes = 0
            configuration.checksOrder = false
            return try await HTTPBenchmark(configuration).run()
        }
        #expect(!report.check.isComplete)
        #expect(report.description.contains("INCOMPLETE"))
        #expect(!report.description.contains("no duplicate"))
    }

    @Test("a server that is absent at the start is an error that names the URL")
    func nobodyThereAtTheStartIsAnErrorThatNamesTheURL() async throws {
        let url = try await IDServer.Plan { _, _ in .close }.whileRunning { $0.url() }
        let error = await #expect(throws: HTTPBenchmarkError.self) {
            try await HTTPBenchmark(configuration([url], requests: 1)).run()
        }
        #expect(error?.code == .cannotConnect)
        #expect(error?.message.contains(url) == true)
    }
}
