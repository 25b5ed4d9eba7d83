import Frond
import HTTPTypes
import Hummingbird
import NIOCore

/// An error answer, as `application/problem+json` (RFC 9457).
struct Problem: Error {
    static let contentType = "application/problem+json"

    var status: HTTPResponse.Status
    /// The last part of the problem's type: `urn:frond:problem:<code>`.
    var code: String
    var detail: String
    var headers = HTTPFields()

    private struct Body: Encodable {
        var type: String
        var title: String
        var status: Int
        var detail: String
    }

    /// The body of the answer.
    func json() throws -> ByteBuffer {
        try ByteBuffer(
            json: Body(
                type: "urn:frond:problem:\(code)", title: status.reasonPhrase, status: status.code,
                detail: detail.printable()))
    }
}

extension Problem: HTTPResponseError {
    func response(from request: Request, context: some RequestContext) throws -> Response {
        var headers = headers
        headers[.contentType] = Self.contentType
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: try json()))
    }
}

extension Problem {
    static func badRequest(_ detail: String) -> Problem {
        Problem(status: .badRequest, code: "invalid-argument", detail: detail)
    }

    static func notFound(_ path: String) -> Problem {
        Problem(status: .notFound, code: "unknown-path", detail: "there is nothing at \(path)")
    }

    static func methodNotAllowed(_ method: String, _ path: String, allowed: [HTTPRequest.Method]) -> Problem {
        let names = allowed.map(\.rawValue)
        return Problem(
            status: .methodNotAllowed, code: "method-not-allowed",
            detail: "\(method) is not allowed on \(path); use \(names.joined(separator: " or "))",
            headers: [.allow: names.joined(separator: ", ")])
    }
}
