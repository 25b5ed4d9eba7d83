import Frond
import NIOHTTP1

/// A request that the event loop can answer by itself.
struct HotRoute: Equatable {
    enum Kind: Equatable {
        case segment
    }

    var kind: Kind
    var tag: Tag

    private static let segmentPrefix = "/api/segment/get/"

    /// Nil for every request that has to take the ordinary route, be it only for its error.
    init?(_ head: HTTPRequestHead) {
        guard head.method == .GET, head.version == .http1_1, Self.isPlain(head.headers) else { return nil }
        guard head.uri.hasPrefix(Self.segmentPrefix) else { return nil }
        let name = head.uri.utf8.dropFirst(Self.segmentPrefix.utf8.count)
        guard Tag.isValid(name), let tag = try? Tag(Substring(name)) else { return nil }
        kind = .segment
        self.tag = tag
    }

    /// Whether the answer is the usual one: plain text, connection kept.
    private static func isPlain(_ headers: HTTPHeaders) -> Bool {
        for (name, value) in headers {
            switch name.utf8.count {
            case 6 where name.lowercased() == "accept" && value.contains("json"):
                return false
            case 6 where name.lowercased() == "expect":
                return false
            case 10 where name.lowercased() == "connection" && value.lowercased() != "keep-alive":
                return false
            default:
                continue
            }
        }
        return true
    }
}
