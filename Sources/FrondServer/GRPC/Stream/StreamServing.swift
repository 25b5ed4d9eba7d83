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

/// Issues the IDs of the batches of a stream.
struct StreamServing: Sendable {
    let issuer: IDIssuer

    /// The requests of a batch that have to wait.
    struct Rest: Sendable {
        var source: IssueRequest
        var asks: ArraySlice<StreamAsk>
        /// IDs that were issued for them already: fewer than the first asks for.
        var atHand: IssuedIDs?
    }

    /// Answers what can be answered at once, all by one question to the generator.
    /// - Returns: the others; nil where all are answered.
    func answerReady(_ batch: StreamBatch, into answers: inout StreamAnswers) -> Rest? {
        guard let ready = issuer.issueIfReady(batch.source, upTo: batch.count) else {
            return Rest(source: batch.source, asks: batch.asks[...])
        }
        var supply = IDSupply(ready)
        for (index, ask) in batch.asks.enumerated() {
            guard supply.count >= ask.count else {
                return Rest(source: batch.source, asks: batch.asks[index...], atHand: supply.take(supply.count))
            }
            answers.append(Frond_V1_StreamResponse(ask, supply.take(ask.count)), ids: ask.count)
        }
        return nil
    }

    /// Answers the others, each by a question of its own: where only a few numbers are left, a request for few gets
    /// them.
    func answer(_ rest: Rest) async -> StreamAnswers {
        var rest = rest
        var answers = StreamAnswers()
        var failure: ErrorStatus?
        for ask in rest.asks {
            if failure == nil {
                do {
                    let ids = try await issuer.issue(ask.source, count: ask.count, after: rest.atHand.take())
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
}

extension ErrorStatus {
    /// True where another request for the same IDs may do better, such as one for fewer.
    fileprivate var concernsOneRequest: Bool { code == .outOfRange || code == .invalidArgument }
}

extension Frond_V1_StreamResponse {
    init(_ ask: StreamAsk, _ ids: IssuedIDs) {
        self.init()
        requestID = ask.requestID
        set(ids, version: ask.source.uuidVersion)
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
