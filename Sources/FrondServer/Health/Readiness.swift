import Foundation
import Frond
import Hummingbird

/// Whether this server can hand out IDs, and if not, why.
struct Readiness: Sendable {
    let generators: ServedGenerators
    /// A server that was asked to stop is not ready; nil where it cannot be asked.
    var drain: ServerDrain?

    private static let snowflake = "snowflake"

    private struct Body: Encodable {
        var status: String
        var checks: [String: Check]
    }

    private struct Check: Encodable {
        var status: String
        var reason: String?
        var worker: Int64?
        /// When the horizon ends: what is reserved of the worker ID's time.
        var until: String?
        var clock: String?

        var isDown: Bool { status == "down" }
    }

    /// 200 while IDs can be had, else 503.
    ///
    /// A store that fails is said, and is no reason to take traffic away while segments still last or while another
    /// store gives numbers: every server of a fleet would be taken out at once, with all that it can still do. A worker
    /// ID or a clock is the server's own, and others may have what this one lacks.
    func response() async throws -> Response {
        guard drain?.isDraining != true else {
            return try .json(Body(status: "stopping", checks: [:]), status: .serviceUnavailable)
        }
        let checks = await checks()
        let isReady = Self.areReady(checks)
        let body = Body(status: isReady ? "ready" : "not ready", checks: checks)
        return try .json(body, status: isReady ? .ok : .serviceUnavailable)
    }

    /// Whether IDs can be had.
    func isReady() async -> Bool {
        guard drain?.isDraining != true else { return false }
        return Self.areReady(await checks())
    }

    private func checks() async -> [String: Check] {
        var checks: [String: Check] = [:]
        checks["segment"] = await segmentCheck()
        checks["redis"] = await Self.check(generators.redis)
        checks["ticket"] = await Self.check(generators.tickets)
        checks[Self.snowflake] = generators.snowflake.map { Self.check($0.status) }
        return checks
    }

    private static func areReady(_ checks: [String: Check]) -> Bool {
        let stores = checks.filter { $0.key != snowflake }.values
        return checks[snowflake]?.isDown != true && (stores.isEmpty || stores.contains { !$0.isDown })
    }

    private func segmentCheck() async -> Check? {
        guard let segments = generators.segments else { return nil }
        return Self.check(await segments.checkStore(), isStarved: segments.isStarved)
    }

    private static func check(_ counters: CounterGenerators?) async -> Check? {
        guard let counters else { return nil }
        return check(await counters.checkStore(), isStarved: counters.isStarved)
    }

    private static func check(_ failure: FrondError?, isStarved: Bool) -> Check {
        Check(status: failure == nil ? "up" : isStarved ? "down" : "degraded", reason: failure?.message)
    }

    private static func check(_ worker: WorkerStatus) -> Check {
        let until = worker.horizonMilliseconds.map {
            Date(timeIntervalSince1970: Double($0) / 1000).formatted(.iso8601)
        }
        let status = worker.isReady ? worker.problem == nil ? "up" : "degraded" : "down"
        let clock =
            switch worker.clock {
            case .ok: "ok"
            case .behind(let duration): "behind by \(duration)"
            case .ahead(let duration): "ahead by \(duration)"
            }
        return Check(status: status, reason: worker.problem, worker: worker.workerID, until: until, clock: clock)
    }
}
