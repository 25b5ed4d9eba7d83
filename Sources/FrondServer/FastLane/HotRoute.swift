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

    /// Nil for every path that has to take the ordinary route, be it only for its error.
    init?(path: String) {
        guard path.hasPrefix(Self.segmentPrefix) else { return nil }
        let name = path.utf8.dropFirst(Self.segmentPrefix.utf8.count)
        guard Tag.isValid(name), let tag = try? Tag(Substring(name)) else { return nil }
        kind = .segment
        self.tag = tag
    }

    /// Whether the request wants the usual answer: plain text, on a connection that is kept.
    static func isPlain(_ head: HTTPRequestHead) -> Bool {
        guard head.method == .GET, head.version == .http1_1 else { return false }
        for (name, value) in head.headers {
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
