import Dispatch
import Foundation
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The signals that ask the server to stop, or to read its settings anew, and the bound on the time that a stop takes.
///
/// They come on a queue of their own and the bound holds on a thread of its own, so that neither waits for requests, or
/// for a store that hangs.
struct ProcessSignals {
    /// The wish of a signal.
    enum Wish: Sendable {
        case stop, reload
    }

    /// One element for each signal.
    let received: AsyncStream<Wish>
    private let sources: [any DispatchSourceSignal]

    /// The time from a SIGHUP to the look whether the terminal is gone: the kernel may take it away after the signal.
    private static let terminalPause = DispatchTimeInterval.milliseconds(200)

    /// - Parameter limit: the time after the first signal to stop in which the process ends, come what may.
    init(endingWithin limit: Duration) {
        let (received, continuation) = AsyncStream.makeStream(of: Wish.self)
        self.received = received
        let queue = DispatchQueue(label: "frond.signals", qos: .userInteractive)
        let first = First()
        let terminal = ControllingTerminal()
        let stop: @Sendable () -> Void = {
            if first.take() { Self.endProcess(after: limit) }
            continuation.yield(.stop)
        }
        sources = Self.numbers.map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                guard number == SIGHUP else { return stop() }
                queue.asyncAfter(deadline: .now() + Self.terminalPause) {
                    if terminal.hasHungUp { stop() } else { continuation.yield(.reload) }
                }
            }
            source.activate()
            #if canImport(Darwin)
                // The source sees an ignored signal too, whose default effect would end the process. On Linux the
                // source has a handler of its own, and an ignored signal would be lost.
                signal(number, SIG_IGN)
            #endif
            return source
        }
        // A log into a pipe without a reader is lost; it does not end the server.
        signal(SIGPIPE, SIG_IGN)
    }

    /// SIGHUP too, unless it was ignored when the process began, as `nohup` has it.
    private static var numbers: [Int32] {
        var action = sigaction()
        let isKnown = sigaction(SIGHUP, nil, &action) == 0
        let isIgnored = isKnown && unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
        return isIgnored ? [SIGTERM, SIGINT] : [SIGTERM, SIGINT, SIGHUP]
    }

    /// Ends the process after so long, where it has not ended by itself.
    private static func endProcess(after limit: Duration) {
        let seconds = Double(limit.components.seconds) + Double(limit.components.attoseconds) / 1e18
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: seconds)
            Diagnostics.write("the server did not stop within \(limit), so it ends now; numbers may be lost")
            _exit(CommandFailure.Status.software.rawValue)
        }
    }

    /// True for one taker.
    private final class First: Sendable {
        private let isTaken = Atomic(false)

        func take() -> Bool { !isTaken.exchange(true, ordering: .relaxed) }
    }
}
