import Foundation
import Frond
import Hummingbird

/// What a request for IDs asks for.
struct IDRequest {
    var tag: Tag
    var count: Int
    /// How the IDs are to be written, instead of the tag's own way; nil where the request does not say.
    var format: TextFormat?

    /// - Throws: ``Problem`` or `FrondError`, naming the parameter, its value and its range.
    init(_ request: Request, parameters: Parameters, maxCount: Int) throws {
        let encoded = parameters.getCatchAll().joined(separator: "/")
        guard let name = encoded.removingPercentEncoding else {
            throw Problem.badRequest("'\(encoded)' is not a tag: its percent-encoding is broken")
        }
        tag = try Tag(name)
        count = try Self.count(request.uri.queryParameters["count"], maxCount: maxCount)
        format = try request.uri.queryParameters["format"].map { try Self.format($0) }
    }

    private static func format(_ text: Substring) throws -> TextFormat {
        // A plus sign is a plus sign here, as in a path.
        guard let decoded = String(text).removingPercentEncoding else {
            throw Problem.badRequest("format '\(text)' is none: its percent-encoding is broken")
        }
        return try TextFormat(decoded)
    }

    private static func count(_ text: Substring?, maxCount: Int) throws -> Int {
        guard let text else { return 1 }
        guard let count = Int(text), (1...maxCount).contains(count) else {
            throw Problem.badRequest("count '\(text)' is not a number from 1 to \(maxCount)")
        }
        return count
    }
}
