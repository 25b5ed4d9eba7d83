/// The weights that a client's `Accept` gives to the media types served here (RFC 9110, section 12.5.1).
///
/// The order of the media ranges has no meaning: the most specific range that matches a type decides, and of equally
/// specific ones the one with the greatest weight.
struct AcceptField: Equatable {
    /// The greatest weight; the least is 0, which means "not acceptable".
    static let greatestWeight = 1000

    /// The weight of `text/plain`, in thousandths.
    let text: Int
    /// The weight of `application/json`, in thousandths.
    let json: Int

    /// True where the client takes `application/json` and no text.
    var takesJSONAlone: Bool { json > 0 && text == 0 }

    /// True where the client would rather have `application/json` than text.
    var prefersJSON: Bool { json > text }

    /// - Parameter lines: the values of all `Accept` lines; without a valid media range everything is acceptable.
    init(_ lines: some Sequence<String>) {
        let ranges = lines.flatMap { Self.parts(of: $0[...], at: ",") }.compactMap { Range($0) }
        text = Self.weight(of: ("text", "plain"), in: ranges)
        json = Self.weight(of: ("application", "json"), in: ranges)
    }

    private static func weight(of type: (String, String), in ranges: [Range]) -> Int {
        guard !ranges.isEmpty else { return greatestWeight }
        let matches = ranges.compactMap { range in range.specificity(for: type).map { ($0, range.weight) } }
        return matches.max { $0 < $1 }?.1 ?? 0
    }

    /// The trimmed parts of a text, without empty ones; a separator within quotes parts nothing.
    private static func parts(of text: Substring, at separator: Character) -> [Substring] {
        var parts: [Substring] = []
        var start = text.startIndex
        var isQuoted = false
        var isEscaped = false
        for index in text.indices {
            let character = text[index]
            if isEscaped {
                isEscaped = false
            } else if character == "\"" {
                isQuoted.toggle()
            } else if character == "\\" {
                isEscaped = isQuoted
            } else if character == separator, !isQuoted {
                parts.append(text[start..<index])
                start = text.index(after: index)
            }
        }
        parts.append(text[start...])
        return parts.map(trimmed).filter { !$0.isEmpty }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        let beginning = text.drop(while: isSpace)
        return beginning[..<(beginning.lastIndex { !isSpace($0) }.map(beginning.index(after:)) ?? beginning.startIndex)]
    }

    /// One media range with its weight.
    private struct Range {
        let type: String
        let subtype: String
        /// Parameters before the weight, such as `charset=utf-8`.
        let parameters: [String]
        let weight: Int

        /// - Returns: nil for what is not a media range.
        init?(_ text: Substring) {
            let parts = AcceptField.parts(of: text, at: ";").map { $0.lowercased() }
            guard let names = parts.first?.split(separator: "/", omittingEmptySubsequences: false), names.count == 2,
                names.allSatisfy({ !$0.isEmpty }), names[0] != "*" || names[1] == "*"
            else { return nil }
            type = String(names[0])
            subtype = String(names[1])
            let pairs = parts.dropFirst()
                .map { $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false) }
                .map { $0.map(AcceptField.trimmed) }
            let end = pairs.firstIndex { $0[0] == "q" } ?? pairs.endIndex
            parameters = pairs[..<end].map { $0.joined(separator: "=").replacing("\"", with: "") }
            guard end < pairs.endIndex else {
                weight = AcceptField.greatestWeight
                return
            }
            guard pairs[end].count == 2, let weight = Self.weight(pairs[end][1]) else { return nil }
            self.weight = weight
        }

        /// A weight from 0 to 1 in thousandths; nil for what is not a number.
        private static func weight(_ text: Substring) -> Int? {
            let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            let digits = parts.joined()
            guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
            let whole = parts[0].drop { $0 == "0" }
            guard whole.isEmpty else { return AcceptField.greatestWeight }
            let thousandths = (parts.count == 2 ? parts[1] : "").prefix(3)
            return Int(thousandths + String(repeating: "0", count: 3 - thousandths.count))
        }

        /// - Returns: greater for a more specific range; nil where it does not match.
        func specificity(for wanted: (type: String, subtype: String)) -> Int? {
            let isWildcard = type == "*" || (type == wanted.type && subtype == "*")
            guard isWildcard || (type == wanted.type && subtype == wanted.subtype) else { return nil }
            // Answers are ASCII; other parameters name a variant that is not served.
            guard parameters.allSatisfy({ $0 == "charset=utf-8" || $0 == "charset=us-ascii" }) else { return nil }
            return (type == "*" ? 0 : subtype == "*" ? 1 : 2) * 2 + (parameters.isEmpty ? 0 : 1)
        }
    }
}
