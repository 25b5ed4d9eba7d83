import NIOCore
import RESP

/// The content of a reply, whatever form the server gave it.
extension RESPValue {
    var text: String? {
        switch self {
        case .simple(let text): text
        case .bulk(let bytes): String(buffer: bytes)
        default: nil
        }
    }

    /// A number, also where it comes as text.
    var number: Int64? {
        switch self {
        case .integer(let number): number
        default: text.flatMap { Int64($0) }
        }
    }

    var elements: [RESPValue] {
        if case .array(let elements) = self { elements } else { [] }
    }

    /// A short form for an error.
    var summary: String {
        switch self {
        case .simple, .bulk: "'\((text ?? "").prefix(80))'"
        case .error(let text): "the error '\(text.prefix(80))'"
        case .integer(let number): "the number \(number)"
        case .null: "null"
        case .array(let elements):
            "an array of \(elements.count)" + (elements.first.map { ", first \($0.summary)" } ?? "")
        default: "a value of another type"
        }
    }

    /// True if a replica answered, which does nothing but say so: a script of Frond, or Redis itself.
    var isOfReplica: Bool {
        switch self {
        case .array(let elements): elements.count == 1 && elements[0].text == "replica"
        case .error(let text): text.contains("READONLY") || text.contains("MASTERDOWN")
        default: false
        }
    }
}
