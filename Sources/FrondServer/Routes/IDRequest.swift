import Foundation
import Frond
import HTTPTypes
import Hummingbird

/// A request for IDs.
struct IDRequest {
    var tag: Tag
    var count: Int
    /// The format of the IDs in place of the tag's own; nil where the request names none.
    var format: TextFormat?
    /// The version of UUIDs; nil where the request names none.
    var version: String?
    /// The form of the answer.
    var form: AnswerForm

    /// - Parameter kind: the generator that the path names; nil for the path that asks a tag's generators in turn.
    /// - Throws: ``Problem`` or `FrondError`, naming the parameter, its value and its range.
    init(_ request: Request, parameters: Parameters, of kind: GeneratorKind?, maxCount: Int) throws {
        let query = try QueryParameters(
            request.uri.query, knowing: ["count", kind == .uuid ? "version" : "format", AnswerForm.parameter])
        let encoded = parameters.getCatchAll().joined(separator: "/")
        guard let name = encoded.removingPercentEncoding else {
            throw Problem.badRequest("'\(encoded)' is not a tag: its percent-encoding is broken")
        }
        tag = try Tag(name)
        count = try Self.count(query["count"], maxCount: maxCount)
        format = try query["format"].map { try TextFormat($0) }
        version = query["version"]
        form = try AnswerForm(
            query[AnswerForm.parameter], accept: AcceptField(request.headers[values: .accept]),
            negotiatesObject: kind == nil)
    }

    private static func count(_ text: String?, maxCount: Int) throws -> Int {
        guard let text else { return 1 }
        guard let count = Int(digits: text), (1...maxCount).contains(count) else {
            throw Problem.badRequest("count '\(text)' is not a number from 1 to \(maxCount)")
        }
        return count
    }
}
