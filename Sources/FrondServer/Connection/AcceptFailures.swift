import Logging
import NIOCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Pauses accepting where the process has no file descriptors left, and says so: trying again at once would keep one
/// core busy, and nothing would be logged.
struct AcceptFailures: Sendable {
    /// The time until the next attempt.
    static let pause = TimeAmount.milliseconds(100)
    /// The time in which the same failure is logged once.
    static let logInterval = TimeAmount.seconds(10)

    let logger: Logger

    /// Watches a listening channel.
    func watch(_ channel: any Channel) async {
        let added = channel.eventLoop.submit {
            // Next to the socket, before all that could end with the error.
            try channel.pipeline.syncOperations.addHandler(AcceptFailureHandler(logger: logger), position: .first)
        }
        do {
            try await added.get()
        } catch {
            logger.debug("accept failures are not watched", metadata: ["error": "\(error)"])
        }
    }
}

/// Pauses a listening channel after failures to accept.
final class AcceptFailureHandler: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let logger: Logger
    private var isPaused = false
    private var lastLog: NIODeadline?

    init(logger: Logger) {
        self.logger = logger
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, Self.isOutOfResources(error) else {
            return context.fireErrorCaught(error)
        }
        log(error, now: context.eventLoop.now)
        guard !isPaused else { return }
        do {
            try pause(context)
        } catch {
            context.fireErrorCaught(error)
        }
    }

    /// Reads nothing for a while. The channel counts the failed read as still wanted, so that only the end of automatic
    /// reading takes its socket out of the event loop.
    private func pause(_ context: ChannelHandlerContext) throws {
        guard let options = context.channel.syncOptions else { return }
        let wasAutomatic = try options.getOption(.autoRead)
        try options.setOption(.autoRead, value: true)
        try options.setOption(.autoRead, value: false)
        isPaused = true
        context.eventLoop.assumeIsolated().scheduleTask(in: AcceptFailures.pause) {
            self.isPaused = false
            do {
                try options.setOption(.autoRead, value: wasAutomatic)
                context.read()
            } catch {
                context.fireErrorCaught(error)
            }
        }
    }

    private func log(_ error: IOError, now: NIODeadline) {
        if let lastLog, now - lastLog < AcceptFailures.logInterval { return }
        lastLog = now
        logger.error(
            "new connections wait: the process has no file descriptors left; raise its limit (ulimit -n)",
            metadata: ["error": "\(error)"])
    }

    private static func isOutOfResources(_ error: IOError) -> Bool {
        [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode)
    }
}
