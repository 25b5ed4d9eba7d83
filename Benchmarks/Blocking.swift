import Dispatch
import Synchronization

/// Runs an `async` call from a thread of our own, which waits for it; never to be used on the cooperative pool.
func blocking<Value: Sendable, Failure: Error>(
    _ call: @escaping @Sendable () async throws(Failure) -> Value
) throws(Failure) -> Value {
    let outcome = Outcome<Value, Failure>()
    Task.detached {
        do throws(Failure) {
            outcome.set(.success(try await call()))
        } catch {
            outcome.set(.failure(error))
        }
    }
    return try outcome.wait().get()
}

/// A result that one task sets and one thread waits for.
private final class Outcome<Value: Sendable, Failure: Error>: Sendable {
    private let result = Mutex<Result<Value, Failure>?>(nil)
    private let ready = DispatchSemaphore(value: 0)

    func set(_ result: Result<Value, Failure>) {
        self.result.withLock { $0 = result }
        ready.signal()
    }

    func wait() -> Result<Value, Failure> {
        while true {
            ready.wait()
            if let result = result.withLock({ $0 }) { return result }
        }
    }
}
