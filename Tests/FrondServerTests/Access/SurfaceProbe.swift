import Foundation
import Frond
import FrondAPI
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import RESP
import SwiftProtobuf
import TestServers

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Asks one surface of a server for something, with the token of a holder.
struct SurfaceProbe: Sendable {
    typealias Surface = AccessMatrixTests.Surface

    struct Answer: CustomStringConvertible {
        var verdict: AccessMatrixTests.Verdict
        var text: String
        var description: String { "\(verdict): \(text)" }
    }

    struct HTTPAnswer {
        var status: Int
        var body: String
        var challenge: String?
        var problem: String?
    }

    let running: TestServer.Running
    let holder: AccessMatrixTests.Holder
    var isForwarded = false

    func ask(_ surface: Surface) async throws -> Answer {
        switch surface {
        case .httpID: return try await verdict(http("/api/segment/get/order"))
        case .httpChain: return try await verdict(http("/api/id/order"))
        case .httpDecode: return try await verdict(http("/api/snowflake/decode/1"))
        case .tinyidID: return try await tinyid("nextId")
        case .tinyidSegment: return try await tinyid("nextSegmentId")
        case .resp: return try await resp("INCR", "order")
        case .respRun: return try await resp("FROND.NEXT", "order", "COUNT", "2")
        default: return try await grpc(surface)
        }
    }

    // MARK: HTTP

    func http(_ path: String, sendsToken: Bool = true) async throws -> HTTPAnswer {
        guard let url = URL(string: "http://127.0.0.1:\(running.httpPort)\(path)") else { throw URLError(.badURL) }
        var request = URLRequest(url: url)
        if sendsToken, let token = holder.token {
            request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        }
        if isForwarded { request.setValue("203.0.113.9", forHTTPHeaderField: "X-Forwarded-For") }
        let (data, response) = try await URLSession.shared.data(for: request)
        guard let head = response as? HTTPURLResponse else { throw URLError(.badServerResponse) }
        return HTTPAnswer(
            status: head.statusCode, body: String(decoding: data, as: UTF8.self),
            challenge: head.value(forHTTPHeaderField: "WWW-Authenticate"),
            problem: head.value(forHTTPHeaderField: "Frond-Problem"))
    }

    private func verdict(_ answer: HTTPAnswer) -> Answer {
        let verdict: AccessMatrixTests.Verdict =
            switch answer.status {
            case 401: .unknown
            case 403: .forbidden
            default: .served
            }
        return Answer(verdict: verdict, text: answer.body)
    }

    /// Tinyid's status is 200 always; its clients send their token as a parameter.
    private func tinyid(_ method: String) async throws -> Answer {
        let token = holder.token?.replacing(" ", with: "+").appending("") ?? ""
        let answer = try await http("/tinyid/id/\(method)?bizType=order&token=\(token)", sendsToken: false)
        let verdict: AccessMatrixTests.Verdict =
            switch answer.problem {
            case "unauthenticated": .unknown
            case "permission-denied": .forbidden
            default: .served
            }
        let isTold = answer.body.contains("\"code\":5") == (verdict != .served)
        return Answer(verdict: verdict, text: isTold ? answer.body : "the code of \(answer.body) is another")
    }

    // MARK: RESP

    private func resp(_ words: String...) async throws -> Answer {
        try await RESPPeer.connect(port: running.respPort) { peer in
            if let token = holder.token { _ = try await peer.ask("AUTH", token) }
            let reply = try await peer.ask(words)
            guard case .error(let text) = reply else {
                return Answer(verdict: .served, text: "\(String(describing: reply))")
            }
            return Answer(
                verdict: text.hasPrefix("NOAUTH") ? .unknown : text.hasPrefix("NOPERM") ? .forbidden : .served,
                text: text)
        }
    }

    // MARK: gRPC

    private struct Headers: ClientInterceptor {
        let token: String?
        let isForwarded: Bool

        func intercept<Input: Sendable, Output: Sendable>(
            request: StreamingClientRequest<Input>, context: ClientContext,
            next:
                @concurrent (StreamingClientRequest<Input>, ClientContext) async throws -> StreamingClientResponse<
                    Output
                >
        ) async throws -> StreamingClientResponse<Output> {
            var request = request
            if let token { request.metadata.addString("Bearer \(token)", forKey: "authorization") }
            if isForwarded { request.metadata.addString("203.0.113.9", forKey: "x-forwarded-for") }
            return try await next(request, context)
        }
    }

    private func grpc(_ surface: Surface) async throws -> Answer {
        let headers = Headers(token: holder.token, isForwarded: isForwarded)
        return try await running.withClient(interceptors: [headers]) { client in
            do {
                return Answer(verdict: .served, text: try await call(surface, client))
            } catch let error as RPCError {
                let verdict: AccessMatrixTests.Verdict =
                    switch error.code {
                    case .unauthenticated: .unknown
                    case .permissionDenied: .forbidden
                    default: .served
                    }
                return Answer(verdict: verdict, text: error.message)
            }
        }
    }

    private func call(_ surface: Surface, _ client: TestServer.Client) async throws -> String {
        switch surface {
        case .next: return "\(try await client.next())"
        case .nextBatch: return "\(try await client.batch(2))"
        case .stream: return try await stream(client)
        case .decode: return "\(try await client.ids.decode(.with { $0.id = 1 }))"
        case .reserveSegment: return "\(try await client.segments.reserveSegment(.with { $0.tag = "order" }))"
        case .giveBack:
            return "\(try await client.segments.giveBackSegment(.with { ($0.tag, $0.tail.stride) = ("order", 1) }))"
        case .getTag: return "\(try await client.segments.getTag(.with { $0.tag = "order" }))"
        case .listTags: return "\(try await client.segments.listTags(.init()))"
        case .createTag:
            return "\(try await client.segments.createTag(.with { $0.tag = "created-by-\(holder.rawValue)" }))"
        case .changeTag:
            return "\(try await client.segments.changeTag(.with { ($0.tag, $0.step) = ("order", 10) }))"
        case .acquireWorker:
            let lease = try await client.workers.acquireWorker(
                .with { ($0.holder.host, $0.endWorkerID, $0.lengthMilliseconds) = ("a", 100, 1000) })
            return "\(lease)"
        case .freeWorker: return "\(try await client.workers.freeWorker(.with { $0.workerID = 99 }))"
        case .listWorkers: return "\(try await client.workers.listWorkers(.init()))"
        case .layout: return "\(try await client.workers.getLayout(.init()))"
        case .reflection: return try await reflection(client)
        case .httpID, .httpChain, .httpDecode, .tinyidID, .tinyidSegment, .resp, .respRun: return ""
        }
    }

    /// The answer to one request of a stream; its error is that of the request, or of the call.
    private func stream(_ client: TestServer.Client) async throws -> String {
        try await client.ids.stream { writer in
            try await writer.write(.with { ($0.tag, $0.requestID) = ("order", 1) })
        } onResponse: { response in
            for try await message in response.messages {
                if message.hasError { throw RPCError(ErrorStatus(message.error)) }
                return "\(message)"
            }
            return ""
        }
    }

    private func reflection(_ client: TestServer.Client) async throws -> String {
        let service = Grpc_Reflection_V1_ServerReflection.Client(wrapping: client)
        return try await service.serverReflectionInfo { writer in
            try await writer.write(.with { $0.listServices = "" })
        } onResponse: { response in
            for try await message in response.messages { return "\(message)" }
            return ""
        }
    }
}

extension RPCError {
    fileprivate init(_ status: ErrorStatus) {
        self.init(code: status.code, message: status.message)
    }
}
