import Frond
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Tinyid's HTTP interface, for its clients as they are: IDs by the issuer, and segments that the clients use up.
struct TinyidInterface: Sendable {
    /// The beginning of all paths.
    static let path = "/tinyid/id/"

    /// The four routes below ``path``.
    enum Method: String, CaseIterable {
        case nextId, nextIdSimple, nextSegmentId, nextSegmentIdSimple

        /// True where the answer is numbers with commas between them, and not JSON.
        var isSimple: Bool { self == .nextIdSimple || self == .nextSegmentIdSimple }
    }

    let issuer: IDIssuer
    let access: AccessControl
    /// The maximum number of IDs in one request.
    let maxCount: Int
    let failures: FailureLog
    let time: any TimeSource

    /// - Parameter isPost: true where parameters may also be in the body.
    func respond(
        to request: Request, from peer: PeerIdentity, method: Method, isPost: Bool
    ) async throws -> Response {
        try await answer(request, from: peer, method, isPost: isPost).response(isSimple: method.isSimple)
    }

    private func answer(
        _ request: Request, from peer: PeerIdentity, _ method: Method, isPost: Bool
    ) async throws -> TinyidAnswer {
        do {
            let form = isPost ? try await Self.form(of: request) : nil
            let parameters = try TinyidParameters(query: request.uri.query, form: form)
            let caller = try access.caller(of: request, peer, token: parameters.token)
            let tag = try parameters.tag()
            switch method {
            case .nextId, .nextIdSimple:
                let count = try parameters.count(upTo: maxCount)
                try access.admit(caller, of: tag, ids: count)
                return .ids(try await ids(of: tag, count))
            case .nextSegmentId, .nextSegmentIdSimple:
                try access.admit(caller, .reserve, of: tag, ids: 1)
                return .segment(try await segment(of: tag))
            }
        } catch let refusal as AccessRefusal {
            return .failure(Problem(refusal))
        } catch let problem as Problem {
            return failure(problem, reason: problem.detail, method)
        } catch let error as FrondError where error.code == .permissionDenied || error.code == .rateLimited {
            // The door has logged what is worth a line.
            return .failure(Problem(error))
        } catch let error as FrondError {
            return failure(Problem(error), reason: "\(error)", method)
        }
    }

    /// Logs a failure: the client sees little of it, or nothing.
    private func failure(_ problem: Problem, reason: String, _ method: Method) -> TinyidAnswer {
        failures.log(
            "a request of a Tinyid client failed", code: problem.code, reason: reason,
            details: ["method": "\(method.rawValue)"])
        return .failure(problem)
    }

    /// The body of a request that sends a form; nil for another body, which Tinyid ignores too.
    private static func form(of request: Request) async throws -> String? {
        guard
            let type = request.headers[.contentType]?.prefix(while: { $0 != ";" && $0 != " " }),
            type.lowercased() == "application/x-www-form-urlencoded"
        else { return nil }
        return String(buffer: try await request.body.collect(upTo: ConnectionLimits.bodyBytes))
    }

    // MARK: IDs

    private func ids(of tag: Tag, _ count: Int) async throws(FrondError) -> [Int64] {
        // Before any number is taken: a client that asks again and again would use them up.
        if let format = try await issuer.knowledge(of: tag)?.options.format {
            throw Self.notNumbers(tag, "texts in the format '\(format)'")
        }
        let ids = try await issuer.issue(IssueRequest(tag), count: count)
        switch ids.values {
        case .numbers(let runs): return runs.flatMap { $0 }
        case .uuids: throw Self.notNumbers(tag, "UUIDs")
        case .texts(let texts):
            let numbers = texts.compactMap(Self.number)
            guard numbers.count == texts.count else { throw Self.notNumbers(tag, "texts") }
            return numbers
        }
    }

    /// A number that is written as a plain decimal, as scrambled ones are; nil for another text.
    private static func number(_ text: String) -> Int64? {
        guard let number = Int64(text), "\(number)" == text else { return nil }
        return number
    }

    private static func notNumbers(_ tag: Tag, _ form: String) -> FrondError {
        FrondError(
            .invalidArgument,
            "tag '\(tag)' issues \(form), and Tinyid's clients take numbers; request its IDs at /api/id/\(tag)")
    }

    // MARK: Segments

    /// Reserves a segment that a client uses up, and never gives back.
    ///
    /// The view remembers it as one of this process's own: a store that offers its numbers again went back.
    private func segment(of tag: Tag) async throws(FrondError) -> TinyidSegment {
        guard let store = issuer.segments?.store else { throw .notEnabled(SegmentGenerators.kind) }
        let segment = try await withDeadline(issuer.settings.waitLimit, by: time, for: tag) {
            () throws(FrondError) in
            try await store.reservePlain(tag) { _ throws(FrondError) in
                try await store.reserve(tag, atLeast: nil, after: nil)
            }
        }
        return try TinyidSegment(segment, of: tag)
    }
}
