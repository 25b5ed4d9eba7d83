import NIOCore
import RESP

/// One command for Redis.
struct RedisCommand: Sendable {
    private enum Content: Sendable {
        case words([String])
        case script(Script, key: String, arguments: [String])
    }

    private let content: Content
    /// True if it may be sent again after the connection broke, when it is unknown whether it was run.
    let isRepeatable: Bool

    private init(_ content: Content, isRepeatable: Bool) {
        self.content = content
        self.isRepeatable = isRepeatable
    }

    static func words(_ words: String...) -> RedisCommand {
        RedisCommand(.words(words), isRepeatable: true)
    }

    /// Numbers that were drawn twice are a gap.
    static func draw(key: String, count: Int) -> RedisCommand {
        RedisCommand(.script(.draw, key: key, arguments: ["\(count)"]), isRepeatable: true)
    }

    /// Never sent twice: a range that was installed, lost and installed again would be given out twice.
    static func install(key: String, mark: String, cycle: Int64, first: Int64, size: Int64, count: Int) -> RedisCommand
    {
        let arguments = [mark, "\(cycle)", "\(first)", "\(size)", "\(count)"]
        return RedisCommand(.script(.install, key: key, arguments: arguments), isRepeatable: false)
    }

    /// The key that decides which node of a cluster runs it; nil where any can.
    var key: String? {
        if case .script(_, let key, _) = content { key } else { nil }
    }

    /// Writes the request.
    /// - Parameter digests: of the scripts that the server has; others are sent as text.
    func write(to buffer: inout ByteBuffer, digests: [Script: String]) {
        switch content {
        case .words(let words): buffer.writeRESPRequest(words)
        case .script(let script, let key, let arguments):
            buffer.writeRESPArrayHeader(count: 4 + arguments.count)
            if let digest = digests[script] {
                buffer.writeRESPBulk("EVALSHA")
                buffer.writeRESPBulk(digest)
            } else {
                buffer.writeRESPBulk("EVAL")
                buffer.writeRESPBulk(script.text)
            }
            buffer.writeRESPBulk("1")
            buffer.writeRESPBulk(key)
            for argument in arguments { buffer.writeRESPBulk(argument) }
        }
    }
}
