import Frond
import FrondAPI
import GRPCCore
import Histogram

/// The IDs that one stream, or one caller of unary calls, received.
struct GRPCLane: Sendable {
    let connection: Int
    var recorder: IDRecorder
    /// Answers with as many IDs as were asked for.
    var successes = 0
    /// From sending a request to its answer, successes only, in nanoseconds.
    var latency = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
    /// Other answers, by reason.
    var failures: [String: Int] = [:]

    init(connection: Int, budget: RecordingBudget) {
        self.connection = connection
        recorder = IDRecorder(budget: budget, exampleLimit: HTTPBenchmarkReport.exampleLimit)
    }

    /// Takes the IDs of an answer.
    /// - Returns: whether there are as many as were asked for.
    mutating func receive(
        _ runs: [Frond_V1_NumberRun], _ uuids: [String], expected: Int, after latency: Duration
    ) -> Bool {
        var count = uuids.count
        for run in runs {
            guard run.count > 0 else { continue }
            let stride = max(1, run.stride)
            count += Int(run.count)
            if stride == 1 {
                recorder.record(run: UInt128(run.first), count: UInt64(run.count))
            } else {
                for index in 0..<run.count { recorder.record(UInt128(run.first &+ index &* stride)) }
            }
        }
        for uuid in uuids {
            guard let value = UInt128(uuid.filter { $0 != "-" }, radix: 16) else { continue }
            recorder.record(value)
        }
        guard count == expected else {
            failures["another number of IDs than the \(expected) asked for", default: 0] += 1
            return false
        }
        successes += 1
        self.latency.record(UInt64(max(0, latency / .nanoseconds(1))))
        return true
    }

    /// A call ended with an error.
    mutating func fail(_ error: any Error) {
        let reason = (error as? RPCError).map { "\($0.code): \(ErrorStatus($0).reason)" } ?? "\(type(of: error))"
        failures[reason, default: 0] += 1
    }

    mutating func fail(_ error: Frond_V1_StreamError) {
        failures["\(ErrorStatus(error).code): \(error.reason)", default: 0] += 1
    }
}
