import Frond
import Testing

@testable import FrondClient

@Suite("A call that is sent to several servers", .timeLimit(.minutes(5)))
struct CallAttemptsTests {
    private let servers = (1...3).map { ServerAddress(host: "s\($0)", port: 9090) }

    @Test("ends with the first answer; who had its time and was overtaken did not answer")
    func overtaken() {
        var attempts = CallAttempts(patience: .milliseconds(250))
        attempts.sent(to: servers[0], now: .zero)
        attempts.sent(to: servers[1], now: .milliseconds(250))
        attempts.sent(to: servers[2], now: .milliseconds(400))
        let others = Dictionary(
            uniqueKeysWithValues: attempts.answered(by: servers[1], now: .milliseconds(450)))
        #expect(others == [servers[0]: .failed, servers[2]: .abandoned])
        #expect(attempts.tried == Set(servers))
        #expect(servers.allSatisfy { !attempts.isUnderWay($0) })
    }

    @Test("ends with one error that names all that was tried, once nothing is under way")
    func allFailed() throws {
        var attempts = CallAttempts(patience: .milliseconds(250))
        for (index, server) in servers.enumerated() { attempts.sent(to: server, now: .milliseconds(index)) }
        for (index, server) in servers.enumerated() {
            #expect(attempts.isUnderWay(server) && attempts.end(.storeUnavailable)?.message == nil)
            attempts.failed(
                server,
                FrondError(.storeUnavailable, "\(server) is gone", retryAfter: .seconds(3 - index)))
        }
        let error = try #require(attempts.end(.storeUnavailable))
        #expect(error.code == .storeUnavailable && error.retryAfter == .seconds(1))
        for server in servers { #expect(error.message.contains("\(server) is gone")) }
    }
}
