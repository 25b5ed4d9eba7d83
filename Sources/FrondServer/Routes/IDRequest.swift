import Foundation
import Frond
import HTTPTypes
import Hummingbird

/// A request for IDs.
struct IDRequest {
    var request: IssueRequest
    var count: Int
    /// The form of the answer.
    var form: AnswerForm

    /// - Parameter kind: the generator that the path names; nil for the path that asks a tag's generators in turn.
    /// - Throws: ``Problem`` or `FrondError`, naming the parameter, its value and its range.
    init(_ request: Request, parameters: Parameters, of kind: GeneratorKind?, maxCount: Int) throws {
        let names = ["count", "format", AnswerForm.parameter] + (kind?.makesNumbers == false ? ["version"] : [])
        let query = try QueryParameters(request.uri.query, knowing: names)
        let encoded = parameters.getCatchAll().joined(separator: "/")
        guard let name = encoded.removingPercentEncoding else {
            throw Problem.badRequest("'\(encoded)' is not a tag: its percent-encoding is broken")
        }
        self.request = IssueRequest(
            try Tag(name), by: kind, format: try query["format"].map { try TextFormat($0) },
            uuidVersion: try query["version"].map { try UUIDVersion($0) })
        count = try Self.count(query["count"], maxCount: maxCount)
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
