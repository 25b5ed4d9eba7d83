import Frond
import Logging
import Synchronization

/// The certificates of a running server's listeners, which are read anew when their files change.
final class LiveCertificates: Sendable {
    /// The time between two looks at the files.
    private static let interval = Duration.seconds(2)

    private let listeners = Mutex<[LiveTLS]>([])

    /// Adds the certificate of a listener.
    func add(_ tls: LiveTLS) { listeners.withLock { $0.append(tls) } }

    /// Reads all files anew.
    /// - Throws: the first error; all certificates stay as they were.
    func reload(_ settings: (LiveTLS.Listener) -> ServerTLS?) throws(FrondError) {
        var successors: [(LiveTLS, LiveTLS.Material)] = []
        for tls in listeners.withLock({ $0 }) {
            // A listener that is to do without, or with, needs a restart.
            guard let wanted = settings(tls.listener) else { continue }
            successors.append((tls, try tls.read(wanted)))
        }
        for (tls, material) in successors { tls.use(material) }
    }

    /// Looks at the files until the task is cancelled. A file that cannot be used changes nothing and is told once.
    func run(logger: Logger, time: any TimeSource) async {
        while !Task.isCancelled {
            await time.sleep(until: time.monotonic + Self.interval)
            if !Task.isCancelled { refresh(logger: logger) }
        }
    }

    /// Reads files that changed anew.
    func refresh(logger: Logger) {
        for tls in listeners.withLock({ $0 }) {
            do throws(FrondError) {
                guard try tls.refresh() else { continue }
                logger.info("the certificate was read anew", metadata: ["listener": "\(tls.listener.rawValue)"])
            } catch {
                logger.error(
                    "the certificate cannot be read anew; the last one stays in use",
                    metadata: ["listener": "\(tls.listener.rawValue)", "reason": "\(error)"])
            }
        }
    }
}
