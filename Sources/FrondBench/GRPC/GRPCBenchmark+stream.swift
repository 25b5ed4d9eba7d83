import FrondAPI
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import SwiftProtobuf

extension GRPCBenchmark {
    /// One stream, opened anew where it is lost, until the run ends.
    func streamAgainAndAgain(
        _ lane: GRPCLane, _ ids: Frond_V1_IDs.Client<HTTP2ClientTransport.Posix>,
        until end: ContinuousClock.Instant, _ totals: RunTotals
    ) async -> GRPCLane {
        var lane = lane
        while ContinuousClock.now < end, !Task.isCancelled {
            let window = StreamWindow(depth: configuration.pipelineDepth)
            let timer = Task {
                // The only error is cancellation, when the stream has ended before.
                try? await Task.sleep(until: end)
                window.close()
            }
            // What was received counts, also where the stream is lost: so the lane comes back either way.
            let (received, error) = await stream(lane, ids, window, totals)
            timer.cancel()
            window.close()
            lane = received
            if let error {
                lane.fail(error)
                lane.recorder.forgetPrevious()
                totals.failed()
                await Self.pause()
            }
        }
        return lane
    }

    private func stream(
        _ lane: GRPCLane, _ ids: Frond_V1_IDs.Client<HTTP2ClientTransport.Posix>, _ window: StreamWindow,
        _ totals: RunTotals
    ) async -> (GRPCLane, (any Error)?) {
        do {
            return try await ids.stream { writer in
                while let numbers = await window.claim() {
                    try await writer.write(contentsOf: numbers.map(request))
                }
            } onResponse: { response in
                // Closed also where the stream ends early: the sender must not wait for room.
                defer { window.close() }
                return await receive(response, lane, window, totals)
            }
        } catch {
            return (lane, error)
        }
    }

    private func request(_ number: Int) -> Frond_V1_StreamRequest {
        .with {
            $0.requestID = UInt64(number)
            $0.tag = configuration.tag
            $0.generator = generator
            if configuration.count != 1 { $0.count = Int32(configuration.count) }
        }
    }

    private func receive(
        _ response: StreamingClientResponse<Frond_V1_StreamResponse>, _ lane: GRPCLane, _ window: StreamWindow,
        _ totals: RunTotals
    ) async -> (GRPCLane, (any Error)?) {
        var lane = lane
        do {
            for try await answer in response.messages {
                let (number, sent) = window.answered()
                if answer.hasError {
                    lane.fail(answer.error)
                    totals.failed()
                    await Self.pause()
                } else if answer.requestID != UInt64(number) {
                    lane.failures["an answer out of order", default: 0] += 1
                } else if lane.receive(
                    answer.runs, answer.uuids, expected: configuration.count, after: sent.duration(to: .now))
                {
                    totals.answered(ids: configuration.count)
                }
            }
            return (lane, nil)
        } catch {
            return (lane, error)
        }
    }
}
