/// The longest that a test waits for something that only a fault keeps from happening.
///
/// A machine that is busy with other work is no fault: nothing that is tested is this slow on it.
package let faultLimit = Duration.seconds(120)

/// Waits until a condition is true, and gives way to other tasks meanwhile.
///
/// - Parameters:
///   - subject: the awaited state, for the error: "the store is asked".
///   - limit: the longest wait, in real time.
/// - Throws: ``WaitExceeded`` past the limit, or `CancellationError` once the task is cancelled.
package func waitUntil(
    _ subject: String, within limit: Duration = faultLimit, file: StaticString = #fileID, line: UInt = #line,
    _ condition: () async throws -> Bool
) async throws {
    try await poll(subject, within: limit, file: file, line: line) { try await condition() ? true : nil }
}

/// Asks until there is an answer, and gives way to other tasks meanwhile.
///
/// - Parameters:
///   - subject: the awaited state, for the error.
///   - limit: the longest wait, in real time.
/// - Throws: ``WaitExceeded`` past the limit, `CancellationError` once the task is cancelled, or an error of
///   `question`.
@discardableResult
package func poll<Answer>(
    _ subject: String, within limit: Duration = faultLimit, file: StaticString = #fileID, line: UInt = #line,
    _ question: () async throws -> Answer?
) async throws -> Answer {
    let end = ContinuousClock.now + limit
    var tries = 0
    while true {
        if let answer = try await question() { return answer }
        guard ContinuousClock.now < end else {
            throw WaitExceeded(subject: subject, limit: limit, place: "\(file):\(line)")
        }
        tries += 1
        // Most answers are there within a few turns of the other tasks; the processor is for those after that.
        if tries < 100 { await Task.yield() } else { try await Task.sleep(for: .milliseconds(2)) }
        try Task.checkCancellation()
    }
}

/// Repeats a call until it succeeds.
///
/// - Parameters:
///   - limit: the time after which an error is passed on.
///   - isTransient: True for an error after which the call is repeated.
/// - Throws: the last error past the limit, and at once an error that is not transient.
package func retry<Value>(
    within limit: Duration = faultLimit, while isTransient: (any Error) -> Bool = { _ in true },
    _ call: () async throws -> Value
) async throws -> Value {
    let end = ContinuousClock.now + limit
    while true {
        do {
            return try await call()
        } catch {
            guard isTransient(error), ContinuousClock.now < end else { throw error }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
