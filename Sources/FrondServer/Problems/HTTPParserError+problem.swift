import HTTPTypes
import NIOCore
import NIOHTTP1

extension Problem {
    /// The answer to bytes that are not an HTTP request.
    /// - Parameter inRequestLine: true where the decoder stopped within the request line.
    init(_ error: HTTPParserError, inRequestLine: Bool) {
        switch error {
        case .headerOverflow where inRequestLine:
            self.init(
                status: .uriTooLong, code: "uri-too-long",
                detail: "the request's URI is too long; a tag takes 128 characters at most")
        case .headerOverflow:
            self.init(
                status: .requestHeaderFieldsTooLarge, code: "headers-too-large",
                detail: "the request's headers are too large; send less than 80 KB of them, and no cookies")
        case .invalidVersion:
            self.init(
                status: .httpVersionNotSupported, code: "version-not-supported",
                detail: "the request's HTTP version is not served here; use HTTP/1.1")
        case .invalidMethod:
            self.init(
                status: .badRequest, code: "malformed-request",
                detail: "the request's method is unknown; use GET")
        default:
            self.init(
                status: .badRequest, code: "malformed-request",
                detail: "the request is not HTTP/1.1 (\(error)); send a request line, headers and an empty line")
        }
    }

    /// A request that breaks a rule of HTTP.
    static func malformed(_ detail: String) -> Problem {
        Problem(status: .badRequest, code: "malformed-request", detail: detail)
    }

    /// A body that no route wants.
    static func bodyTooLarge(limit: Int) -> Problem {
        Problem(
            status: .contentTooLarge, code: "body-too-large",
            detail: "the request's body is larger than \(limit) bytes; send none")
    }

    /// A request whose bytes come too slowly.
    static func requestTimeout(_ limit: TimeAmount) -> Problem {
        Problem(
            status: .requestTimeout, code: "request-timeout",
            detail: "the request was not complete within \(Double(limit.nanoseconds) / 1e9) seconds; send it at once")
    }
}
