import Frond
import FrondAPI
import GRPCCore

/// `frond.v1.IDs`: hands out IDs.
struct IDsService: Frond_V1_IDs.ServiceProtocol {
    let generators: ServedGenerators
    /// The most IDs of one request.
    let maxCount: Int
    /// What one stream may have under way.
    let streamLimits: StreamLimits
    let calls: CallGuard

    func next(
        request: ServerRequest<Frond_V1_NextRequest>, context: ServerContext
    ) async throws -> ServerResponse<Frond_V1_NextResponse> {
        let ids = try await answering {
            let source = try IDSource(request.message.generator, tag: request.message.tag)
            return try await claim(source, count: 1, request.metadata)
        }
        var response = Frond_V1_NextResponse()
        switch ids {
        case .runs(let runs): response.number = runs[0].first
        case .uuids(let uuids): response.uuid = uuids[0].description
        }
        return ServerResponse(message: response)
    }

    func nextBatch(
        request: ServerRequest<Frond_V1_NextBatchRequest>, context: ServerContext
    ) async throws -> ServerResponse<Frond_V1_NextBatchResponse> {
        let ids = try await answering {
            let source = try IDSource(request.message.generator, tag: request.message.tag)
            let count = try checkedCount(request.message.count, maxCount: maxCount)
            return try await claim(source, count: count, request.metadata)
        }
        var response = Frond_V1_NextBatchResponse()
        switch ids {
        case .runs(let runs): response.runs = runs.map { Frond_V1_NumberRun($0) }
        case .uuids(let uuids): response.uuids = uuids.map(\.description)
        }
        return ServerResponse(message: response)
    }

    func stream(
        request: StreamingServerRequest<Frond_V1_StreamRequest>, context: ServerContext
    ) async throws -> StreamingServerResponse<Frond_V1_StreamResponse> {
        StreamingServerResponse { writer in
            let session = StreamSession(generators: generators, maxCount: maxCount, limits: streamLimits)
            try await calls.run(request.metadata, onShutdown: { session.shutDown() }) {
                try await session.run(request.messages, writer)
            }
            return [:]
        }
    }

    func decode(
        request: ServerRequest<Frond_V1_DecodeRequest>, context: ServerContext
    ) async throws -> ServerResponse<Frond_V1_DecodeResponse> {
        try await answering {
            guard let layout = generators.snowflake?.generator.layout else { throw ErrorStatus.notEnabled("snowflake") }
            let parts = try layout.decode(request.message.id)
            var response = Frond_V1_DecodeResponse()
            response.timeMilliseconds = layout.milliseconds(ofTick: parts.tick)
            response.datacenter = parts.datacenterID
            response.worker = parts.workerID
            response.sequence = parts.sequence
            return ServerResponse(message: response)
        }
    }

    private func claim(_ source: IDSource, count: Int, _ metadata: Metadata) async throws -> ClaimedIDs {
        if let ids = generators.claimIfReady(source, count: count) { return ids }
        return try await calls.run(metadata) { [generators] in
            try await generators.claim(source, count: count)
        }
    }
}

/// Runs a handler whose errors are to have their status.
func answering<Output>(_ handler: () async throws -> Output) async throws(ErrorStatus) -> Output {
    do {
        return try await handler()
    } catch {
        throw ErrorStatus(any: error)
    }
}

/// - Throws: `invalidArgument` for a count out of range, which is never clamped silently.
func checkedCount(_ count: Int32, maxCount: Int) throws(FrondError) -> Int {
    guard (1...maxCount).contains(Int(count)) else {
        throw FrondError(.invalidArgument, "count \(count) is out of range: 1 to \(maxCount)")
    }
    return Int(count)
}
