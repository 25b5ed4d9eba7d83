import Frond
import Logging

/// Says in the log when the store, the worker ID or the clock fails, and when it is well again.
struct StoreWatch: Sendable {
    /// How often it looks.
    private static let interval = Duration.seconds(1)

    let generators: ServedGenerators
    let logger: Logger

    /// Looks until the task is cancelled.
    func run() async {
        var store: String?
        var worker: String?
        while true {
            // The only error is cancellation, which ends the loop.
            try? await Task.sleep(for: Self.interval)
            if Task.isCancelled { return }
            report(generators.segments?.failure?.message, before: &store, "the segment store does not answer")
            report(generators.snowflake?.status.problem, before: &worker, "the snowflake generator has a problem")
        }
    }

    private func report(_ problem: String?, before: inout String?, _ message: Logger.Message) {
        if let problem, before == nil {
            logger.warning(message, metadata: ["reason": "\(problem)"])
        } else if problem == nil, before != nil {
            logger.notice("well again", metadata: ["was": "\(message)"])
        }
        before = problem
    }
}
