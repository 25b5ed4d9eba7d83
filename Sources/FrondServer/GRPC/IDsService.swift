import Frond
import FrondAPI
import GRPCCore
import SwiftProtobuf

/// `frond.v1.IDs`: hands out IDs.
struct IDsService: Frond_V1_IDs.ServiceProtocol {
    let generators: ServedGenerators
    /// The most IDs of one request.
    let maxCount: Int
    /// The limits of one stream.
    let streamLimits: StreamLimits
    let calls: CallGuard
    let access: AccessControl

    func next(
        request: ServerRequest<Frond_V1_NextRequest>, context: ServerContext
    ) async throws -> ServerResponse<Frond_V1_NextResponse> {
        try await answering {
            let message = request.message
            let wanted = try IssueRequest(tag: message.tag, message.generator, format: message.format)
            try access.admit(try access.caller(request.metadata, context), of: wanted.tag, ids: 1)
            let ids = try await issue(wanted, count: 1, request.metadata)
            return ServerResponse(message: Frond_V1_NextResponse(ids, version: wanted.uuidVersion))
        }
    }

    func nextBatch(
        request: ServerRequest<Frond_V1_NextBatchRequest>, context: ServerContext
    ) async throws -> ServerResponse<Frond_V1_NextBatchResponse> {
        try await answering {
            let message = request.message
            let wanted = try IssueRequest(tag: message.tag, message.generator, format: message.format)
            try checkCount(Int(message.count), upTo: maxCount)
            try access.admit(
                try access.caller(request.metadata, context), of: wanted.tag, ids: Int(message.count))
            let ids = try await issue(wanted, count: Int(message.count), request.metadata)
            return ServerResponse(message: .with { $0.set(ids, version: wanted.uuidVersion) })
        }
    }

    func stream(
        request: StreamingServerRequest<Frond_V1_StreamRequest>, context: ServerContext
    ) async throws -> StreamingServerResponse<Frond_V1_StreamResponse> {
        let caller = try await answering { try access.caller(request.metadata, context) }
        return StreamingServerResponse { writer in
            let session = StreamSession(
                generators: generators, access: access, caller: caller, maxCount: maxCount, limits: streamLimits)
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
            try access.checkAny(try access.caller(request.metadata, context), .ids)
            guard let layout = generators.snowflake?.generator.layout else {
                throw FrondError.notEnabled(IssuingSnowflake.kind)
            }
            let parts = try layout.decode(request.message.id)
            var response = Frond_V1_DecodeResponse()
            response.timeMilliseconds = layout.milliseconds(ofTick: parts.tick)
            response.datacenter = parts.datacenterID
            response.worker = parts.workerID
            response.sequence = parts.sequence
            return ServerResponse(message: response)
        }
    }

    private func issue(_ wanted: IssueRequest, count: Int, _ metadata: Metadata) async throws -> IssuedIDs {
        let issuer = generators.issuer
        let atHand = issuer.issueIfReady(wanted, upTo: count)
        if let atHand, atHand.count == count { return atHand }
        return try await calls.run(metadata) { try await issuer.issue(wanted, count: count, after: atHand) }
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
