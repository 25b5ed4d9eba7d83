import CHiredis

/// The reply of Redis to one command.
enum RedisReply: Equatable, Sendable {
    case text(String)
    case integer(Int64)
    case array([RedisReply])
    case null
    /// The server's own words.
    case error(String)

    /// Copies a reply of hiredis.
    init(_ reply: UnsafeMutablePointer<redisReply>) {
        let value = reply.pointee
        switch value.type {
        case REDIS_REPLY_STRING, REDIS_REPLY_STATUS: self = .text(Self.text(value))
        case REDIS_REPLY_ERROR: self = .error(Self.text(value))
        case REDIS_REPLY_INTEGER: self = .integer(value.integer)
        case REDIS_REPLY_ARRAY:
            let elements = UnsafeBufferPointer(start: value.element, count: value.elements)
            self = .array(elements.map { $0.map(RedisReply.init) ?? .null })
        default: self = .null
        }
    }

    private static func text(_ reply: redisReply) -> String {
        guard let start = reply.str else { return "" }
        return start.withMemoryRebound(to: UInt8.self, capacity: reply.len) {
            String(decoding: UnsafeBufferPointer(start: $0, count: reply.len), as: UTF8.self)
        }
    }

    var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// A number, also where it comes as text.
    var number: Int64? {
        switch self {
        case .integer(let number): number
        case .text(let text): Int64(text)
        default: nil
        }
    }

    var elements: [RedisReply] {
        if case .array(let elements) = self { elements } else { [] }
    }
}
