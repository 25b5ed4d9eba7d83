import CZooKeeper
import Frond
import Logging
import Synchronization

/// The destination of the lines that the client library would print on the standard error stream.
///
/// There is one for the process, since the library does not say which handle a line is of.
enum ClientLog {
    private static let logger = Mutex<Logger?>(nil)
    /// A logger may wait for a disk or a terminal, the library's threads may not: lines beyond what waits here are
    /// lost.
    private static let thread = BlockingThread()

    /// From now on lines go to this logger, at debug level.
    static func use(_ logger: Logger) {
        self.logger.withLock { $0 = logger }
    }

    static func setLevel() {
        zoo_set_debug_level(ZOO_LOG_LEVEL_WARN)
    }

    static let callback: @convention(c) (UnsafePointer<CChar>?) -> Void = { line in
        guard let line, let logger = ClientLog.logger.withLock({ $0 }), logger.logLevel <= .debug else { return }
        let text = String(cString: line)
        _ = ClientLog.thread.start {
            logger.debug(
                "the ZooKeeper client says", metadata: LogKey.metadata([.registry: "zookeeper", .error: text]))
        }
    }
}
