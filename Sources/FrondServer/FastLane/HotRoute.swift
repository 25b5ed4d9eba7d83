import Frond
import NIOHTTP1

/// A request that the event loop can answer by itself.
struct HotRoute: Equatable {
    /// The paths that the event loop looks at, before the tag.
    private static let prefixes = GeneratorKind.allCases.map { ($0, "/api/\($0.rawValue)/get/") }

    var kind: GeneratorKind
    var tag: Tag
    /// The number of IDs; nil for one.
    var count: Int?

    /// Nil for every path that has to take the ordinary route, be it only for its error.
    init?(path: String, maxCount: Int) {
        guard let (kind, prefix) = Self.prefixes.first(where: { path.hasPrefix($0.1) }) else { return nil }
        let parts = path.utf8.dropFirst(prefix.utf8.count).split(
            separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 {
            // A batch of snowflake IDs or UUIDs is no range; all other queries are the ordinary route's.
            guard !kind.needsNoStore, let count = Self.count(Substring(parts[1])), (1...maxCount).contains(count) else {
                return nil
            }
            self.count = count
        }
        let name = parts[0]
        guard Tag.isValid(name), let tag = try? Tag(Substring(name)) else { return nil }
        self.kind = kind
        self.tag = tag
    }

    private static func count(_ query: Substring) -> Int? {
        query.hasPrefix("count=") ? Int(digits: query.dropFirst("count=".count)) : nil
    }

    /// True where a request wants the usual answer: plain text, on a connection that is kept.
    ///
    /// A wish for another protocol changes nothing: it is ignored (RFC 9110, section 7.8).
    static func isPlain(_ head: HTTPRequestHead) -> Bool {
        guard head.method == .GET, head.version == .http1_1 else { return false }
        var accept: [String] = []
        var hosts = 0
        for (name, value) in head.headers {
            switch name.utf8.count {
            case 14 where name.lowercased() == "content-length" && value != "0": return false
            case 17 where name.lowercased() == "transfer-encoding": return false
            case 4 where name.lowercased() == "host":
                hosts += 1
                guard hosts == 1, HostField.isValid(value) else { return false }
            case 6 where name.lowercased() == "accept":
                accept.append(value)
            case 6 where name.lowercased() == "expect":
                return false
            case 10 where name.lowercased() == "connection" && value.lowercased().contains("close"):
                return false
            default:
                continue
            }
        }
        return hosts == 1 && (accept.isEmpty || !AcceptField(accept).takesJSONAlone)
    }
}
