import Foundation
import Frond
import Hummingbird

/// The answers to the questions of probers, in JSON: whether this server can hand out IDs, and what is wrong if not.
struct Readiness: Sendable {
    /// The query parameter that names a generator.
    static let parameter = "generator"

    /// The time that a question waits for a store with a problem: probers allow a second.
    private static let probeLimit = Duration.milliseconds(300)

    let issuer: IDIssuer
    /// A server that was asked to stop is not ready; nil where it cannot be asked.
    var drain: ServerDrain?

    private struct Body: Encodable {
        var status: String
        /// Nil for callers that may not see it.
        var checks: [String: Check]?
    }

    private struct Check: Encodable {
        var status: String
        var reason: String?
        var worker: Int64?
        /// The end of the horizon: of what is reserved of the worker ID's time.
        var until: String?
        var clock: String?

        init(_ health: GeneratorHealth) {
            status = health.status.rawValue
            reason = health.reason
            guard let worker = health.worker else { return }
            self.worker = worker.workerID
            until = worker.horizonMilliseconds.map {
                Date(timeIntervalSince1970: Double($0) / 1000).formatted(.iso8601)
            }
            clock =
                switch worker.clock {
                case .ok: "ok"
                case .behind(let duration): "behind by \(duration)"
                case .ahead(let duration): "ahead by \(duration)"
                }
        }
    }

    /// Answers 200 while IDs can be had, else 503.
    /// - Parameters:
    ///   - name: the generator that the question is about; nil for the server as a whole.
    ///   - withDetails: false to tell the state alone, without reasons.
    /// - Throws: `invalidArgument` for an unknown generator; `generatorNotEnabled`.
    func response(generator name: String?, withDetails: Bool = true) async throws -> Response {
        let kind = try name.map { try GeneratorKind($0) }
        guard drain?.isDraining != true else {
            return try .json(
                Body(status: "stopping", checks: withDetails ? [:] : nil), status: .serviceUnavailable)
        }
        let rule = await rule(kind)
        let isReady: Bool
        if let kind {
            guard let state = rule.isReady(kind) else { throw FrondError.notEnabled(kind) }
            isReady = state
        } else {
            isReady = rule.isReady
        }
        // UUIDs cannot fail, and say nothing of the server unless they are asked for.
        let told = rule.generators.filter { kind != nil || !$0.alwaysAnswers }
        let checks = Dictionary(
            told.map { ($0.generator.rawValue, Check($0)) }, uniquingKeysWith: { first, _ in first })
        let body = Body(status: isReady ? "ready" : "not ready", checks: withDetails ? checks : nil)
        return try .json(body, status: isReady ? .ok : .serviceUnavailable)
    }

    /// True while IDs can be had.
    func isReady() async -> Bool {
        guard drain?.isDraining != true else { return false }
        return await rule(nil).isReady
    }

    /// True while IDs of a generator can be had; nil for a generator that is not enabled.
    func isReady(_ kind: GeneratorKind) async -> Bool? {
        let isReady = await rule(kind).isReady(kind)
        return isReady.map { $0 && drain?.isDraining != true }
    }

    /// The rule for the server, or for one of its generators alone: stores that failed are asked again first, all at
    /// once. One that hangs is not waited for; what it answers later is known to the next question.
    private func rule(_ kind: GeneratorKind?) async -> ReadinessRule {
        let probes = issuer.generators.all.filter { kind == nil || $0.kind == kind }.map { generator in
            Task { await generator.checkStore() }
        }
        _ = await withDeadline(Self.probeLimit, by: SystemTimeSource()) {
            for probe in probes { _ = await probe.value }
        }
        return ReadinessRule(generators: issuer.health.filter { kind == nil || $0.generator == kind })
    }
}
