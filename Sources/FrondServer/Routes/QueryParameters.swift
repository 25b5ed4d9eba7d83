import Foundation
import Frond

/// The parameters of a request's query, decoded: each at most once, and none that its path does not know.
///
/// Names that begin with an underscore are ignored: clients add them to get past caches.
struct QueryParameters {
    private var values: [String: String] = [:]

    /// - Parameters:
    ///   - query: the text after the question mark; nil where the request has none.
    ///   - names: the parameters that the path knows.
    /// - Throws: ``Problem`` with status 400 that names the parameter.
    init(_ query: String?, knowing names: [String]) throws {
        for pair in (query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.decoded(parts[0], of: parts[0])
            guard !name.hasPrefix("_") else { continue }
            guard names.contains(name) else { throw Self.unknown(name, names) }
            let value = try Self.decoded(parts.count == 2 ? parts[1] : "", of: parts[0])
            guard values.updateValue(value, forKey: name) == nil else {
                throw Problem.badRequest("the parameter '\(name)' is given twice; give it once")
            }
        }
    }

    subscript(name: String) -> String? { values[name] }

    /// A plus sign is a plus sign here, as in a path.
    private static func decoded(_ text: Substring, of name: Substring) throws -> String {
        guard let decoded = String(text).removingPercentEncoding else {
            throw Problem.badRequest(
                "the parameter '\(name)' has broken percent-encoding; write each byte as % and two hexadecimal digits")
        }
        return decoded
    }

    private static func unknown(_ name: String, _ names: [String]) -> Problem {
        let cure = names.isEmpty ? "it takes none" : "it takes \(names.joined(separator: ", "))"
        return .badRequest("the parameter '\(name)' is unknown on this path; \(cure)")
    }
}

extension Int {
    /// A whole number in decimal digits alone; nil for all else, such as a sign.
    init?(digits text: some StringProtocol) {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        self.init(text)
    }
}
