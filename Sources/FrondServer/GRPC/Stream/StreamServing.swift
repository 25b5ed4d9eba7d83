import Frond
import FrondAPI
import GRPCCore

/// Answers of a stream that are written together.
struct StreamAnswers: Sendable {
    private(set) var responses: [Frond_V1_StreamResponse] = []
    /// IDs that their requests asked for.
    private(set) var ids = 0

    mutating func append(_ response: Frond_V1_StreamResponse, ids: Int) {
        responses.append(response)
        self.ids += ids
    }

    mutating func append(_ answers: StreamAnswers) {
        responses.append(contentsOf: answers.responses)
        ids += answers.ids
    }
}

/// Claims the IDs of the batches of a stream.
struct StreamServing: Sendable {
    let generators: ServedGenerators

    /// The requests of a batch that have to wait.
    struct Rest: Sendable {
        var source: IDSource
        var asks: ArraySlice<StreamAsk>
        /// What was claimed for them already: less than the first asks for.
        var supply: RunSupply
    }

    /// Answers what can be answered at once, by one claim.
    /// - Returns: the others; nil where all are answered.
    func answerReady(_ batch: StreamBatch, into answers: inout StreamAnswers) -> Rest? {
        var supply = RunSupply()
        switch batch.source {
        case .timeOrderedUUID, .randomUUID:
            for (index, ask) in batch.asks.enumerated() {
                guard let ids = generators.claimIfReady(batch.source, count: ask.count) else {
                    return Rest(source: batch.source, asks: batch.asks[index...], supply: supply)
                }
                answers.append(Frond_V1_StreamResponse(ask, ids), ids: ask.count)
            }
            return nil
        case .segment:
            if case .runs(let runs) = generators.claimIfReady(batch.source, count: batch.count) {
                supply = RunSupply(runs)
            }
        case .snowflake(let tag):
            if generators.issuer.isPlain(tag, by: .snowflake), let generator = generators.snowflake?.generator,
                let claimed = generator.nextBatchIfReady(atMost: min(batch.count, generator.maxCount))
            {
                supply = RunSupply(claimed.runs)
            }
        case .redis, .ticket: break
        }
        for (index, ask) in batch.asks.enumerated() {
            guard supply.count >= ask.count else {
                return Rest(source: batch.source, asks: batch.asks[index...], supply: supply)
            }
            answers.append(Frond_V1_StreamResponse(ask, .runs(supply.take(Int64(ask.count)))), ids: ask.count)
        }
        return nil
    }

    /// Answers the others, each by a claim of its own: where there are only a few numbers left, who asks for few gets
    /// them.
    func answer(_ rest: Rest) async -> StreamAnswers {
        var rest = rest
        var answers = StreamAnswers()
        var failure: ErrorStatus?
        for ask in rest.asks {
            if failure == nil {
                do {
                    let ids = try await claim(ask, &rest.supply)
                    answers.append(Frond_V1_StreamResponse(ask, ids), ids: ask.count)
                    continue
                } catch {
                    let status = ErrorStatus(any: error)
                    answers.append(Frond_V1_StreamResponse(ask, status), ids: ask.count)
                    // What failed for want of a store fails for all that came with it: each of them has waited as long.
                    if !status.concernsOneRequest { failure = status }
                }
            } else if let failure {
                answers.append(Frond_V1_StreamResponse(ask, failure), ids: ask.count)
            }
        }
        return answers
    }

    private func claim(_ ask: StreamAsk, _ supply: inout RunSupply) async throws -> ClaimedIDs {
        let atHand = supply.take(min(supply.count, Int64(ask.count)))
        let missing = ask.count - Int(atHand.reduce(0) { $0 + $1.count })
        let claimed = try await generators.claim(ask.source, count: missing)
        guard case .runs(let runs) = claimed else { return claimed }
        return .runs(atHand + runs)
    }
}

extension ErrorStatus {
    /// Whether another request for the same IDs may do better, such as one for fewer.
    fileprivate var concernsOneRequest: Bool { code == .outOfRange || code == .invalidArgument }
}

extension Frond_V1_StreamResponse {
    init(_ ask: StreamAsk, _ ids: ClaimedIDs) {
        self.init()
        requestID = ask.requestID
        switch ids {
        case .runs(let runs): self.runs = runs.map { Frond_V1_NumberRun($0) }
        case .uuids(let uuids): self.uuids = uuids.map(\.description)
        }
    }

    init(_ ask: StreamAsk, _ status: ErrorStatus) {
        self.init(requestID: ask.requestID, status)
    }

    init(requestID: UInt64, _ status: ErrorStatus) {
        self.init()
        self.requestID = requestID
        error = Frond_V1_StreamError(status)
    }
}
