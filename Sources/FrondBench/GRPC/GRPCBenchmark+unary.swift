import FrondAPI
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import SwiftProtobuf

extension GRPCBenchmark {
    /// One caller that makes a call after the other until the run ends.
    func callAgainAndAgain(
        _ lane: GRPCLane, _ ids: Frond_V1_IDs.Client<HTTP2ClientTransport.Posix>,
        until end: ContinuousClock.Instant, _ totals: RunTotals
    ) async -> GRPCLane {
        var lane = lane
        while ContinuousClock.now < end, !Task.isCancelled {
            let start = ContinuousClock.now
            do {
                let (runs, uuids) = try await call(ids)
                let latency = start.duration(to: .now)
                if lane.receive(runs, uuids, expected: configuration.count, after: latency) {
                    totals.answered(ids: configuration.count)
                    continue
                }
            } catch {
                lane.fail(error)
            }
            totals.failed()
            await Self.pause()
        }
        return lane
    }

    private func call(
        _ ids: Frond_V1_IDs.Client<HTTP2ClientTransport.Posix>
    ) async throws -> ([Frond_V1_NumberRun], [String]) {
        if configuration.count == 1 {
            let response = try await ids.next(.with { ($0.tag, $0.generator) = (configuration.tag, generator) })
            switch response.id {
            case .number(let number): return ([.with { ($0.first, $0.count) = (number, 1) }], [])
            case .uuid(let text), .text(let text): return ([], [text])
            case nil: return ([], [])
            }
        }
        let response = try await ids.nextBatch(
            .with { ($0.tag, $0.generator, $0.count) = (configuration.tag, generator, Int32(configuration.count)) })
        return (response.runs, response.uuids + response.texts)
    }

    /// A server that refuses is not to be flooded.
    static func pause() async {
        // The only error is cancellation, which ends the run.
        try? await Task.sleep(for: .milliseconds(50))
    }
}
