import Foundation
import Frond

/// The parameters of a request to Tinyid's interface, from the query and from a form.
///
/// As in Tinyid, parameters that a route does not know are ignored. No message has the value of `token` in it.
struct TinyidParameters {
    private enum Name: String {
        case bizType, batchSize, token
    }

    private var values: [Name: String] = [:]

    /// - Parameters:
    ///   - query: the text after the question mark; nil where the request has none.
    ///   - form: the body of a request that is a form; nil where it is none.
    /// - Throws: ``Problem`` with status 400 for a parameter that is given twice, or whose percent-encoding is broken.
    init(query: String?, form: String? = nil) throws(Problem) {
        for pair in [query, form].compactMap(\.self).flatMap({ $0.split(separator: "&") }) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(parts[0]).flatMap(Name.init) else { continue }
            guard let value = Self.decoded(parts.count == 2 ? parts[1] : "") else {
                // Tinyid's clients send any token to a server that wants none.
                if name == .token { continue }
                throw .badRequest(
                    "the parameter '\(name)' has broken percent-encoding; write each byte as % and two hexadecimal "
                        + "digits")
            }
            guard values.updateValue(value, forKey: name) == nil || name == .token else {
                throw .badRequest("the parameter '\(name)' is given twice; give it once")
            }
        }
    }

    /// The token; nil where none is given.
    var token: String? { values[.token] }

    /// The tag.
    /// - Throws: ``Problem`` where it is missing; `invalidArgument` for a text that is not a tag.
    func tag() throws -> Tag {
        guard let text = values[.bizType] else {
            throw Problem.badRequest(
                "the parameter 'bizType' is missing; give the tag in the query or in a form "
                    + "(application/x-www-form-urlencoded)")
        }
        return try Tag(text)
    }

    /// The number of IDs; 1 where it is not given, or is empty.
    /// - Throws: ``Problem`` with status 400 for a number out of range, which Tinyid cuts down in silence.
    func count(upTo maxCount: Int) throws(Problem) -> Int {
        guard let text = values[.batchSize], !text.isEmpty else { return 1 }
        guard let count = Int(digits: text), (1...maxCount).contains(count) else {
            throw .badRequest("batchSize '\(text.printable(limit: 100))' is not a number from 1 to \(maxCount)")
        }
        return count
    }

    /// The text of a form's name or value, where a plus sign is a space; nil for broken percent-encoding.
    private static func decoded(_ text: Substring) -> String? {
        text.replacing("+", with: " ").removingPercentEncoding
    }
}
