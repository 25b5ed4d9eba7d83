import Frond
import Synchronization

/// Drives ``DrainStateMachine``: the one place that knows of a request to stop.
///
/// Every transport asks ``isDraining``, which costs a load, or is called back by ``onDrain(_:)``.
final class ServerDrain: Sendable {
    private let machine: Mutex<DrainStateMachine>
    private let draining = Atomic<Bool>(false)
    private let callbacks = Mutex<[@Sendable () -> Void]>([])
    private let time: any TimeSource
    private let ended: AsyncStream<Void>
    private let end: AsyncStream<Void>.Continuation

    init(delay: Duration = .zero, time: any TimeSource = SystemTimeSource()) {
        machine = Mutex(DrainStateMachine(delay: delay))
        self.time = time
        (ended, end) = AsyncStream.makeStream()
    }

    /// True once the server was asked to stop: it is not ready, and each answer is the last of its connection.
    var isDraining: Bool { draining.load(ordering: .relaxed) }

    /// Calls back once when the server is asked to stop; at once where it was.
    func onDrain(_ callback: @escaping @Sendable () -> Void) {
        callbacks.withLock { $0.append(callback) }
        if isDraining { callBack() }
    }

    /// Asks the server to stop; the second time, without the rest of the delay.
    func stop() {
        let action = machine.withLock { $0.askedToStop(at: time.monotonic) }
        draining.store(true, ordering: .relaxed)
        callBack()
        perform(action)
    }

    /// Waits until the server is to end, or until cancellation.
    func waitForEnd() async {
        for await _ in ended {}
    }

    private func perform(_ action: DrainStateMachine.Action) {
        switch action {
        case .none: break
        case .end: end.finish()
        case .delay(let duration):
            Task {
                await time.sleep(until: time.monotonic + duration)
                let action = machine.withLock { $0.timePassed(at: time.monotonic) }
                perform(action)
            }
        }
    }

    private func callBack() {
        let waiting = callbacks.withLock { callbacks in
            defer { callbacks = [] }
            return callbacks
        }
        for callback in waiting { callback() }
    }
}
