import Foundation
import Frond
import FrondServer
import FrondTesting

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A client of Tinyid's interface that sees all of an answer.
struct TinyidWay: Sendable {
    struct Answer: Equatable {
        var status: Int
        var body: String
        var contentType: String?
        var cacheControl: String?
        /// The code of a failure.
        var problem: String?
    }

    let port: Int

    /// - Parameters:
    ///   - path: behind `/tinyid/id/`, with the query.
    ///   - form: the body of a POST; nil for a GET.
    func ask(
        _ path: String, form: String? = nil, contentType: String = "application/x-www-form-urlencoded",
        method: String? = nil
    ) async throws -> Answer {
        guard let url = URL(string: "http://127.0.0.1:\(port)/tinyid/id/\(path)") else { throw URLError(.badURL) }
        var call = URLRequest(url: url)
        call.httpMethod = method ?? (form == nil ? "GET" : "POST")
        if let form {
            call.httpBody = Data(form.utf8)
            call.setValue(contentType, forHTTPHeaderField: "Content-Type")
        }
        let (data, response) = try await URLSession.shared.data(for: call)
        guard let head = response as? HTTPURLResponse else { throw URLError(.badServerResponse) }
        return Answer(
            status: head.statusCode, body: String(decoding: data, as: UTF8.self),
            contentType: head.value(forHTTPHeaderField: "Content-Type"),
            cacheControl: head.value(forHTTPHeaderField: "Cache-Control"),
            problem: head.value(forHTTPHeaderField: "Frond-Problem"))
    }

    /// Runs a server with the interface around some work.
    static func withServer(
        _ store: any SegmentStore, maxCount: Int = 10_000, settings: IDIssuer.Settings = IDIssuer.Settings(),
        _ work: @escaping @Sendable (TinyidWay) async throws -> Void
    ) async throws {
        var server = TestServer()
        server.store = store
        server.settings = settings
        server.configuration.servesTinyid = true
        server.configuration.maxCount = maxCount
        try await server.whileRunning { try await work(TinyidWay(port: $0.httpPort)) }
    }
}

/// The numbers that Tinyid's client issues from an answer of `nextSegmentIdSimple`: those in (current, max] that equal
/// the remainder modulo delta.
func tinyidNumbers(_ body: String) -> [Int64] {
    let parts = body.split(separator: ",").compactMap { Int64($0) }
    guard parts.count == 5, parts[0] < parts[2] else { return [] }
    return ((parts[0] + 1)...parts[2]).filter { $0 % parts[3] == parts[4] }
}
