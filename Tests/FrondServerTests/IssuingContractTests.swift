import Foundation
import Frond
import FrondAPI
import FrondTesting
import GRPCCore
import SwiftProtobuf
import Synchronization
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Every transport of the server keeps the contract of issuing: over real sockets on loopback.
@Suite("IDs by HTTP, gRPC and RESP", .serialized, .timeLimit(.minutes(5)))
struct IssuingContractTests {
    /// Ways of one server to its IDs.
    enum Transport: String, CaseIterable, Sendable {
        case http, httpInJSON, unary, batch, stream, resp, respIncrements
    }

    @Test(
        "keep what every way to IDs keeps", arguments: Transport.allCases, IssuingContract.Promise.allCases)
    func keeps(transport: Transport, promise: IssuingContract.Promise) async throws {
        try await Self.contract(transport).check(promise)
    }

    private static func contract(_ transport: Transport) -> IssuingContract {
        IssuingContract { store, check in
            var server = TestServer()
            server.store = store
            server.settings = IDIssuer.Settings(scrambleKey: try IssuingContract.scrambleKey())
            try await server.whileRunning { running in
                switch transport {
                case .http: try await check { try await http($0, port: running.httpPort, json: false) }
                case .httpInJSON: try await check { try await http($0, port: running.httpPort, json: true) }
                case .resp, .respIncrements:
                    let increments = transport == .respIncrements
                    try await check { try await RESPWay.ask($0, port: running.respPort, increments: increments) }
                case .unary, .batch, .stream:
                    try await running.withClient { client in
                        try await check { try await grpc($0, client, transport) }
                    }
                }
            }
        }
    }

    // MARK: HTTP

    static func http(
        _ request: IssuingContract.Request, port: Int, json: Bool
    ) async throws -> IssuingContract.Answer {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._~")
        func encoded(_ text: String) -> String { text.addingPercentEncoding(withAllowedCharacters: allowed) ?? "" }
        let path = request.generator.map { "/api/\($0.rawValue)/get/" } ?? "/api/id/"
        var query = "?count=\(request.count)"
        if let format = request.format { query += "&format=\(encoded(format))" }
        guard let url = URL(string: "http://127.0.0.1:\(port)\(path)\(encoded(request.tag))\(query)") else {
            throw URLError(.badURL)
        }
        var call = URLRequest(url: url)
        if json { call.setValue("application/json", forHTTPHeaderField: "Accept") }
        let (data, response) = try await URLSession.shared.data(for: call)
        guard let head = response as? HTTPURLResponse else { throw URLError(.badServerResponse) }
        guard head.statusCode == 200 else {
            struct Problem: Decodable { var type, detail: String }
            let problem = try JSONDecoder().decode(Problem.self, from: data)
            throw IssuingContract.Refusal(
                reason: String(problem.type.dropFirst("urn:frond:problem:".count)), message: problem.detail)
        }
        struct Body: Decodable { var ids: [String] }
        let isJSON = head.value(forHTTPHeaderField: "Content-Type") == "application/json"
        let lines =
            isJSON && data.first == UInt8(ascii: "{")
            ? try JSONDecoder().decode(Body.self, from: data).ids
            : String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
        let generator = head.value(forHTTPHeaderField: "Frond-Generator").flatMap(GeneratorKind.init(rawValue:))
        return IssuingContract.Answer(lines: lines, generator: generator)
    }

    // MARK: gRPC

    private static func grpc(
        _ request: IssuingContract.Request, _ client: TestServer.Client, _ transport: Transport
    ) async throws -> IssuingContract.Answer {
        do {
            switch transport {
            // One ID has a call of its own.
            case .unary where request.count == 1: return try await unary(request, client)
            case .stream: return try await stream(request, client)
            default: return try await batch(request, client)
            }
        } catch let error as RPCError {
            throw refusal(ErrorStatus(error))
        }
    }

    private static func refusal(_ status: ErrorStatus) -> IssuingContract.Refusal {
        IssuingContract.Refusal(reason: status.reason, message: status.message)
    }

    private static func unary(
        _ request: IssuingContract.Request, _ client: TestServer.Client
    ) async throws -> IssuingContract.Answer {
        let response = try await client.ids.next(
            .with {
                ($0.tag, $0.generator) = (request.tag, Frond_V1_Generator(request.generator))
                $0.format = request.format ?? ""
            })
        let line =
            switch response.id {
            case .number(let number): "\(number)"
            case .uuid(let uuid): uuid
            case .text(let text): text
            case nil: ""
            }
        return IssuingContract.Answer(lines: [line], generator: try GeneratorKind.of(response.generator))
    }

    private static func batch(
        _ request: IssuingContract.Request, _ client: TestServer.Client
    ) async throws -> IssuingContract.Answer {
        let response = try await client.ids.nextBatch(
            .with {
                ($0.tag, $0.generator) = (request.tag, Frond_V1_Generator(request.generator))
                ($0.count, $0.format) = (Int32(request.count), request.format ?? "")
            })
        return try answer(response, count: request.count)
    }

    private static func stream(
        _ request: IssuingContract.Request, _ client: TestServer.Client
    ) async throws -> IssuingContract.Answer {
        // A count of 0 is one ID on a stream, and none by a batch.
        guard request.count != 0 else { return try await batch(request, client) }
        let message = Frond_V1_StreamRequest.with {
            ($0.requestID, $0.tag) = (7, request.tag)
            ($0.generator, $0.count) = (Frond_V1_Generator(request.generator), Int32(request.count))
            $0.format = request.format ?? ""
        }
        let responses = try await client.ids.stream { writer in
            try await writer.write(message)
        } onResponse: { response in
            try await response.messages.reduce(into: [Frond_V1_StreamResponse]()) { $0.append($1) }
        }
        let response = try #require(responses.first)
        #expect(responses.count == 1 && response.requestID == 7)
        if response.hasError { throw refusal(ErrorStatus(response.error)) }
        return try answer(response, count: request.count)
    }

    private static func answer(
        _ response: some IssuedIDsMessage, count: Int
    ) throws -> IssuingContract.Answer {
        let ids = try response.ids(count: count, asked: nil)
        #expect(response.generator != .unspecified, "the answer names its generator")
        return IssuingContract.Answer(lines: ids.lines, generator: ids.generator)
    }
}
