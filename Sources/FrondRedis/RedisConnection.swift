import CHiredis
import Frond

/// One connection, by hiredis; every call blocks. Closed when it goes.
final class RedisConnection {
    private let context: UnsafeMutablePointer<redisContext>
    private let url: RedisURL
    private var digests: [Script: String] = [:]

    /// Connects, signs in, chooses the database and sends the scripts.
    init(_ url: RedisURL, connectTimeout: Duration, commandTimeout: Duration) throws(FrondError) {
        let started = redisConnectWithTimeout(url.host, Int32(url.port), timeval(connectTimeout))
        guard let context = started else { throw .unreachable(url, "out of memory") }
        self.context = context
        self.url = url
        // From here on `deinit` frees it, also where something is thrown.
        guard context.pointee.err == 0 else { throw Self.failure(context, url, doing: "connect") }
        redisSetTimeout(context, timeval(commandTimeout))
        redisEnableKeepAlive(context)
        try signIn()
        for script in Script.allCases {
            digests[script] = try value(of: .words("SCRIPT", "LOAD", script.text)).text
        }
    }

    deinit {
        redisFree(context)
    }

    private func signIn() throws(FrondError) {
        switch (url.user, url.password) {
        case (let user?, let password): _ = try value(of: .words("AUTH", user, password ?? ""))
        case (nil, let password?): _ = try value(of: .words("AUTH", password))
        case (nil, nil): break
        }
        if url.database != 0 { _ = try value(of: .words("SELECT", "\(url.database)")) }
    }

    private func value(of command: RedisCommand) throws(FrondError) -> RedisReply {
        append(command)
        let reply = try nextReply()
        if case .error(let text) = reply { throw .refused(url, text) }
        return reply
    }

    // MARK: Commands

    /// Adds a command to what is sent with the next read.
    /// - Parameter isWhole: whether a script is sent as text instead of by its digest.
    func append(_ command: RedisCommand, isWhole: Bool = false) {
        let bytes = command.encoded(digests: isWhole ? [:] : digests)
        bytes.withUnsafeBytes { buffer in
            _ = redisAppendFormattedCommand(context, buffer.bindMemory(to: CChar.self).baseAddress, buffer.count)
        }
    }

    /// Sends what is to be sent and waits for the reply to the first command that has none.
    /// - Throws: `storeUnavailable`; the connection is then of no more use, and what became of the commands not
    ///   replied to is unknown.
    func nextReply() throws(FrondError) -> RedisReply {
        var reply: UnsafeMutableRawPointer?
        guard redisGetReply(context, &reply) == REDIS_OK, let reply else {
            throw Self.failure(context, url, doing: "answer")
        }
        defer { freeReplyObject(reply) }
        return RedisReply(reply.assumingMemoryBound(to: redisReply.self))
    }

    private static func failure(
        _ context: UnsafeMutablePointer<redisContext>, _ url: RedisURL, doing what: String
    ) -> FrondError {
        let text = withUnsafeBytes(of: context.pointee.errstr) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        // What the operating system calls a read that took too long.
        let isTimeout = context.pointee.err == REDIS_ERR_IO && text.hasPrefix("Resource temporarily unavailable")
        return isTimeout ? .slow(url, to: what) : .unreachable(url, text)
    }
}

extension timeval {
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_usec: .init(attoseconds / 1_000_000_000_000))
    }
}

/// Redis did not do it in time.
struct TooSlow: Error, CustomStringConvertible {
    var description: String { "time limit reached" }
}
