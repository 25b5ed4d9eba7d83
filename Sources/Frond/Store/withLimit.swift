/// Does `work`, and returns once it has ended or `limit` has passed; it is then cancelled, and ends by itself.
///
/// The caller's own cancellation does not reach it: what must be done at the end is done by tasks that are cancelled.
package func withLimit(
    _ limit: Duration, by time: any TimeSource, _ work: @escaping @Sendable () async -> Void
) async {
    let deadline = time.monotonic + limit
    let (ended, end) = AsyncStream.makeStream(of: Void.self)
    let worker = Task {
        await work()
        end.finish()
    }
    let alarm = Task {
        await time.sleep(until: deadline)
        end.finish()
    }
    await Task { for await _ in ended {} }.value
    alarm.cancel()
    worker.cancel()
}
