/// What `work` brings, or nil once `limit` has passed or the task is cancelled.
///
/// Work that takes longer is cancelled and left to end by itself: what it still brings is dropped.
func bounded<Value: Sendable>(
    by limit: Duration, _ time: any TimeSource, _ work: @escaping @Sendable () async -> Value
) async -> Value? {
    let deadline = time.monotonic + limit
    let (values, give) = AsyncStream.makeStream(of: Value.self, bufferingPolicy: .bufferingOldest(1))
    let worker = Task {
        give.yield(await work())
        give.finish()
    }
    let alarm = Task {
        await time.sleep(until: deadline)
        give.finish()
    }
    let value = await values.first { _ in true }
    alarm.cancel()
    if value == nil { worker.cancel() }
    return value
}
