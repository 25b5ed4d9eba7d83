import Foundation
import FrondTesting
import NIOHTTP1
import TestServers
import Testing

extension FrondServerProcess {
    /// Starts a server that sees `clock`.
    static func start(
        in directory: TemporaryDirectory, port: Int = 0, clock: ShiftedClock, _ settings: [String] = [],
        registry: String = "sqlite:"
    ) async throws -> FrondServerProcess {
        try await start(
            in: directory, port: port, ["--registry", registry] + settings.flatMap { ["--set", $0] },
            environment: clock.environment)
    }

    func snowflake(count: Int = 1) async throws -> Answer {
        try await get("/api/snowflake/get/order?count=\(count)")
    }

    /// The part of `/health/ready` about snowflake IDs.
    struct Health: Decodable {
        var status: String
        var reason: String?
        var worker: Int64?
        var until: String?
        var clock: String
    }

    /// Returns the readiness of the server, and its part about snowflake IDs.
    func snowflakeHealth() async throws -> (isReady: Bool, snowflake: Health) {
        struct Body: Decodable {
            var checks: [String: Health]
        }
        struct Checks: Decodable {
            var snowflake: Health
        }
        struct Ready: Decodable {
            var checks: Checks
        }
        let answer = try await get("/health/ready?generator=snowflake")
        let body = try JSONDecoder().decode(Ready.self, from: Data(answer.body.utf8))
        return (answer.status == 200, body.checks.snowflake)
    }

    /// Returns the time from now to the server's horizon; nil where it has no worker ID.
    func horizonAhead() async throws -> TimeInterval? {
        try await snowflakeHealth().snowflake.until.map { try Date($0, strategy: .iso8601).timeIntervalSinceNow }
    }
}

extension FrondServerProcess.Answer {
    /// True if it is an error answer of RFC 9457.
    var isProblem: Bool { headers.first(name: "content-type") == "application/problem+json" }

    var retryAfterSeconds: Int? { headers.first(name: "retry-after").flatMap { Int($0) } }
}
