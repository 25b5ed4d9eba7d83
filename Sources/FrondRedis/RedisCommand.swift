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

    /// The form in which it is usually sent: a script by its digest.
    func encoded(digests: [Script: String]) -> [UInt8] {
        switch content {
        case .words(let words): Self.encoded(words)
        case .script(let script, let key, let arguments):
            if let digest = digests[script] {
                Self.encoded(["EVALSHA", digest, "1", key] + arguments)
            } else {
                Self.encoded(["EVAL", script.text, "1", key] + arguments)
            }
        }
    }

    /// The array of bulk strings of Redis's protocol.
    private static func encoded(_ words: [String]) -> [UInt8] {
        var bytes = Array("*\(words.count)\r\n".utf8)
        for word in words {
            bytes.append(contentsOf: "$\(word.utf8.count)\r\n".utf8)
            bytes.append(contentsOf: word.utf8)
            bytes.append(contentsOf: "\r\n".utf8)
        }
        return bytes
    }
}
