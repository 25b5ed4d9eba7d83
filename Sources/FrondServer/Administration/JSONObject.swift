import Foundation
import Frond
import Hummingbird
import NIOCore

/// The JSON object in the body of a request: each member at most once asked for, and none that its path does not know.
struct JSONObject {
    private enum Value: Decodable {
        case null
        case flag(Bool)
        case integer(Int64)
        case text(String)
        case object([String: Value])
        case other

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let value = try? container.decode(Bool.self) {
                self = .flag(value)
            } else if let value = try? container.decode(Int64.self) {
                self = .integer(value)
            } else if let value = try? container.decode(String.self) {
                self = .text(value)
            } else if let value = try? container.decode([String: Value].self) {
                self = .object(value)
            } else {
                self = .other
            }
        }
    }

    private let members: [String: Value]

    /// Reads the body of a request; an empty body is an empty object.
    /// - Parameter names: the members that the path knows.
    /// - Throws: ``Problem``: 415 for another type than JSON, 400 for a body that is no such object.
    init(_ request: Request, knowing names: [String]) async throws {
        let body = try await request.body.collect(upTo: ConnectionLimits.bodyBytes)
        guard body.readableBytes > 0 else {
            members = [:]
            return
        }
        // A page of another origin can send other types without asking first.
        let type = request.headers[.contentType]?.split(separator: ";").first?.lowercased() ?? ""
        guard ["application/json", "application/merge-patch+json"].contains(type.trimmingPrefix(" ")) else {
            throw Problem(
                status: .unsupportedMediaType, code: "unsupported-media-type",
                detail: "the body's type is '\(type.printable(limit: 100))'; send application/json")
        }
        do {
            members = try JSONDecoder().decode([String: Value].self, from: Data(body.readableBytesView))
        } catch {
            throw Problem.badRequest("the body is not a JSON object; send one such as {\"step\": 1000}")
        }
        for name in members.keys.sorted() where !names.contains(name) {
            let cure = names.isEmpty ? "this path takes none" : "it takes \(names.joined(separator: ", "))"
            throw Problem.badRequest("the member '\(name.printable(limit: 100))' is unknown on this path; \(cure)")
        }
    }

    /// A number, as JSON's or as text; nil where there is none.
    func integer(_ name: String) throws(Problem) -> Int64? {
        switch members[name] {
        case nil: return nil
        case .integer(let number): return number
        case .text(let text):
            // Digits alone, as answers have them.
            guard let number = Int(digits: text) else { throw Self.refusal(name, "a whole number of 64 bits") }
            return Int64(number)
        default: throw Self.refusal(name, "a whole number of 64 bits")
        }
    }

    func flag(_ name: String) throws(Problem) -> Bool? {
        switch members[name] {
        case nil: return nil
        case .flag(let flag): return flag
        default: throw Self.refusal(name, "true or false")
        }
    }

    func text(_ name: String) throws(Problem) -> String? {
        switch members[name] {
        case nil: return nil
        case .text(let text): return text
        default: throw Self.refusal(name, "a text")
        }
    }

    /// An object of texts, of which each may be null; empty where there is none.
    func texts(_ name: String) throws(Problem) -> [String: String?] {
        switch members[name] {
        case nil: return [:]
        case .object(let values):
            var texts: [String: String?] = [:]
            for (key, value) in values {
                switch value {
                case .null: texts.updateValue(nil, forKey: key)
                case .text(let text): texts[key] = text
                default: throw Self.refusal("\(name).\(key.printable(limit: 100))", "a text, or null to clear it")
                }
            }
            return texts
        default: throw Self.refusal(name, "an object of texts")
        }
    }

    private static func refusal(_ name: String, _ allowed: String) -> Problem {
        .badRequest("the member '\(name)' is not allowed: it takes \(allowed)")
    }
}
