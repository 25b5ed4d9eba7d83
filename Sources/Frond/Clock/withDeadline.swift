/// Performs work, and returns its result or nil once `limit` has passed.
///
/// Work that takes longer is cancelled and ends by itself; its result is dropped.
/// - Parameter shieldsCancellation: true if the caller's cancellation ends neither the wait nor the work: for the end
///   of a service, which runs in tasks that are cancelled. Otherwise a cancelled caller gets nil at once.
package func withDeadline<Value: Sendable>(
    _ limit: Duration, by time: any TimeSource, shieldsCancellation: Bool = false,
    _ work: @escaping @Sendable () async -> Value
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
    let value: Value? =
        if shieldsCancellation {
            await Task { await values.first { _ in true } }.value
        } else {
            await values.first { _ in true }
        }
    alarm.cancel()
    if value == nil { worker.cancel() }
    return value
}

/// Performs work for a request for a tag.
/// - Throws: the error of the work; `timedOut` once `limit` has passed; `cancelled` if the caller was cancelled.
package func withDeadline<Value: Sendable>(
    _ limit: Duration, by time: any TimeSource, for tag: Tag,
    _ work: @escaping @Sendable () async throws(FrondError) -> Value
) async throws(FrondError) -> Value {
    let result = await withDeadline(limit, by: time) { () -> Result<Value, FrondError> in
        do throws(FrondError) {
            return .success(try await work())
        } catch {
            return .failure(error)
        }
    }
    guard let result else { throw Task.isCancelled ? .cancelled(tag) : .timedOut(tag, after: limit) }
    return try result.get()
}
