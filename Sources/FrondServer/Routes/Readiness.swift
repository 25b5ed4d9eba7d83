import Frond
import Hummingbird

/// Whether this server can hand out IDs, and if not, why.
struct Readiness: Sendable {
    let generators: ServedGenerators

    private struct Body: Encodable {
        var status: String
        var checks: [String: Check]
    }

    private struct Check: Encodable {
        var status: String
        var reason: String?
    }

    /// 200 while IDs can be had, else 503. A store that fails while segments still last is said, and is no reason to
    /// take traffic away: every server of a fleet would be taken out at once.
    func response() async throws -> Response {
        var checks: [String: Check] = [:]
        var ready = true
        if let segments = generators.segments {
            let failure = await segments.checkStore()
            let isStarved = failure != nil && segments.isStarved
            ready = ready && !isStarved
            checks["segment"] = Check(
                status: isStarved ? "down" : failure == nil ? "up" : "degraded", reason: failure?.message)
        }
        let body = Body(status: ready ? "ready" : "not ready", checks: checks)
        return try .json(body, status: ready ? .ok : .serviceUnavailable)
    }
}
