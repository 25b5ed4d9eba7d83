import Frond
import FrondAPI
import GRPCCore

/// One stream of requests and answers.
///
/// One task reads and fills the mailbox, another takes all that is there, claims the IDs of each source at once, and
/// writes the answers together. What cannot be had at once is claimed by tasks of their own, one a source.
struct StreamSession: Sendable {
    private let serving: StreamServing
    private let access: AccessControl
    private let caller: Caller
    private let maxCount: Int
    private let mailbox: StreamMailbox

    init(
        generators: ServedGenerators, access: AccessControl, caller: Caller, maxCount: Int, limits: StreamLimits
    ) {
        serving = StreamServing(issuer: generators.issuer)
        self.access = access
        self.caller = caller
        self.maxCount = maxCount
        mailbox = StreamMailbox(limits: limits)
    }

    /// Reads no more; what was read is answered.
    func shutDown() { mailbox.cutShort() }

    /// Answers until the client has sent its last request and has its last answer.
    /// - Throws: `shutDown` where the server ended the stream; what reading or writing throws.
    func run(
        _ requests: RPCAsyncSequence<Frond_V1_StreamRequest, any Error>,
        _ writer: RPCWriter<Frond_V1_StreamResponse>
    ) async throws {
        try await withTaskCancellationHandler {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await read(requests) }
                // A reader whom the mailbox holds back is to end too.
                defer { mailbox.abandon() }
                try await answer(writer)
                if mailbox.isCutShort {
                    // All that was read is answered; the client, who has not ended, is not waited for.
                    throw FrondError(.shutDown, "the server shuts down: go on with another", retryAfter: .seconds(1))
                }
                try await tasks.next()
            }
        } onCancel: {
            mailbox.abandon()
        }
    }

    private func read(_ requests: RPCAsyncSequence<Frond_V1_StreamRequest, any Error>) async throws {
        do {
            for try await request in requests { await mailbox.put(request) }
        } catch {
            // The client is gone.
            mailbox.abandon()
            throw error
        }
        mailbox.finish()
    }

    // MARK: Answering

    private func answer(_ writer: RPCWriter<Frond_V1_StreamResponse>) async throws {
        var lanes = StreamQueues()
        var door = StreamDoor(access, caller)
        try await withThrowingDiscardingTaskGroup { waiting in
            while let events = await mailbox.take() {
                var answers = StreamAnswers()
                var batches = look(at: events, &door, &lanes, &answers)
                while let batch = batches.popLast() {
                    if let rest = serving.answerReady(batch, into: &answers) {
                        waiting.addTask { mailbox.post(rest.source, await serving.answer(rest)) }
                    } else if let next = lanes.ended(batch.source) {
                        batches.append(next)
                    }
                }
                guard !answers.responses.isEmpty else { continue }
                try await writer.write(contentsOf: answers.responses)
                mailbox.answered(requests: answers.responses.count, ids: answers.ids)
            }
            waiting.cancelAll()
        }
    }

    /// Returns the requests to serve now; those that can never be served are answered at once.
    private func look(
        at events: [StreamMailbox.Event], _ door: inout StreamDoor, _ lanes: inout StreamQueues,
        _ answers: inout StreamAnswers
    ) -> [StreamBatch] {
        var asks: [StreamAsk] = []
        var batches: [StreamBatch] = []
        for event in events {
            switch event {
            case .asked(let request):
                do throws(FrondError) {
                    let ask = try check(request)
                    try door.admit(ask.source.tag, ids: ask.count)
                    asks.append(ask)
                } catch {
                    answers.append(
                        Frond_V1_StreamResponse(requestID: request.requestID, ErrorStatus(error)), ids: request.weight)
                }
            case .answered(let source, let late):
                answers.append(late)
                if let next = lanes.ended(source) { batches.append(next) }
            }
        }
        return batches + lanes.arrived(asks)
    }

    private func check(_ request: Frond_V1_StreamRequest) throws(FrondError) -> StreamAsk {
        let count = request.count == 0 ? 1 : Int(request.count)
        try checkCount(count, upTo: maxCount)
        return StreamAsk(
            requestID: request.requestID,
            source: try IssueRequest(tag: request.tag, request.generator, format: request.format), count: count)
    }
}
