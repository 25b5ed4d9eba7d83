import Foundation
import Synchronization

/// The wait of a connection while another process writes: as SQLite itself does, but not long once the store closes.
final class BusyWait: Sendable {
    /// The longest wait from then on: another process's write is over by then, or not soon.
    static let closingTimeout = Duration.milliseconds(100)

    let timeout: Duration
    private let isClosing = Atomic(false)

    init(timeout: Duration) {
        self.timeout = timeout
    }

    /// The store closes: who waits is to end.
    func close() {
        isClosing.store(true, ordering: .relaxed)
    }

    /// Sleeps before the next try.
    /// - Parameter tries: how many there were.
    /// - Returns: false where it has waited long enough.
    func wait(after tries: Int) -> Bool {
        // 1, 2, 4, … 64, 64, … milliseconds.
        let pause = Duration.milliseconds(1 << min(tries, 6))
        let waited = Duration.milliseconds(tries < 6 ? (1 << tries) - 1 : 63 + 64 * (tries - 6))
        let limit = isClosing.load(ordering: .relaxed) ? min(timeout, Self.closingTimeout) : timeout
        guard waited < limit else { return false }
        Thread.sleep(forTimeInterval: min(pause, limit - waited) / .seconds(1))
        return true
    }
}
