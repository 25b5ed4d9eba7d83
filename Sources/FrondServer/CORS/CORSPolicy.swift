public import Frond
import HTTPTypes

/// The pages of other origins that may use the server from a browser: none by default.
public struct CORSPolicy: Hashable, Sendable {
    /// No page of another origin.
    public static let none = CORSPolicy(origins: [], allowsAll: false)

    private let origins: Set<String>
    private let allowsAll: Bool

    private init(origins: Set<String>, allowsAll: Bool) {
        self.origins = origins
        self.allowsAll = allowsAll
    }

    /// Reads origins such as `https://shop.example, https://admin.example:8443`, or `*` for all.
    /// - Throws: `invalidArgument`, naming the text that is no origin.
    public init(_ list: String) throws(FrondError) {
        var origins: Set<String> = []
        var allowsAll = false
        for part in list.split(whereSeparator: { $0 == "," || $0 == " " }) {
            if part == "*" {
                allowsAll = true
                continue
            }
            let origin = part.lowercased()
            guard Self.isOrigin(origin) else {
                throw FrondError(
                    .invalidArgument,
                    "'\(String(part).printable(limit: 100))' is not an origin; write scheme and host alone, such as "
                        + "https://shop.example or http://localhost:3000, or * for all")
            }
            origins.insert(origin)
        }
        self.init(origins: origins, allowsAll: allowsAll)
    }

    /// A scheme, `://` and a host with or without a port: no path, and not the `null` of a page without an origin.
    private static func isOrigin(_ text: String) -> Bool {
        guard let separator = text.firstRange(of: "://") else { return false }
        let (scheme, host) = (text[..<separator.lowerBound], text[separator.upperBound...])
        let isScheme = scheme.utf8.first.map { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) } ?? false
        let allowed = Set("abcdefghijklmnopqrstuvwxyz0123456789.-_:[]".utf8)
        return isScheme && !host.isEmpty && host.utf8.allSatisfy(allowed.contains)
    }

    /// True where no page of another origin is allowed.
    public var isEmpty: Bool { origins.isEmpty && !allowsAll }

    /// Returns true for an origin whose pages may use the server.
    func allows(_ origin: String) -> Bool { allowsAll || origins.contains(origin.lowercased()) }

    // MARK: Answers

    private static let methods = "GET, HEAD, POST, PATCH"
    private static let requestHeaders = "Authorization, Content-Type, If-Match"
    private static let exposedHeaders =
        "ETag, Frond-Generator, Frond-Problem, Location, Retry-After, WWW-Authenticate"
    /// The time in seconds for which a browser need not ask again.
    private static let maxAge = "600"

    /// The fields that an answer to a page of this origin has.
    func fields(for origin: String) -> HTTPFields {
        // Another page gets another answer.
        guard allows(origin) else { return [.vary: "Origin"] }
        return [
            .accessControlAllowOrigin: allowsAll ? "*" : origin, .accessControlExposeHeaders: Self.exposedHeaders,
            .vary: "Origin",
        ]
    }

    /// The fields of the answer to the question whether a page of this origin may send a request.
    /// - Returns: nil where it may not.
    func preflight(for origin: String) -> HTTPFields? {
        guard allows(origin) else { return nil }
        return [
            .accessControlAllowOrigin: allowsAll ? "*" : origin, .accessControlAllowMethods: Self.methods,
            .accessControlAllowHeaders: Self.requestHeaders, .accessControlMaxAge: Self.maxAge,
            .vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
        ]
    }
}
