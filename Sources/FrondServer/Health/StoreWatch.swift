import Frond
import Logging

/// Says in the log when the store, the worker ID or the clock fails, and when it is well again.
struct StoreWatch: Sendable {
    /// How often it looks.
    private static let interval = Duration.seconds(1)
    /// After how many looks at a problem that stays it is said again.
    private static let repetition = 5

    let generators: ServedGenerators
    let logger: Logger

    /// Looks until the task is cancelled.
    func run() async {
        var store = Report(failing: "the segment store does not answer")
        var redis = Report(failing: "Redis does not answer")
        var tickets = Report(failing: "the ticket database does not answer")
        var worker = Report(failing: "the snowflake generator has a problem")
        while true {
            // The only error is cancellation, which ends the loop.
            try? await Task.sleep(for: Self.interval)
            if Task.isCancelled { return }
            store.look(at: generators.segments?.failure?.message, logger)
            redis.look(at: generators.redis?.failure?.message, logger)
            tickets.look(at: generators.tickets?.failure?.message, logger)
            worker.look(at: generators.snowflake?.status.problem, logger)
        }
    }

    /// What was said of one thing.
    private struct Report {
        let message: Logger.Message
        /// How often in a row there was a problem.
        private var looks = 0

        init(failing message: Logger.Message) {
            self.message = message
        }

        mutating func look(at problem: String?, _ logger: Logger) {
            if let problem {
                if looks % StoreWatch.repetition == 0 { logger.warning(message, metadata: ["reason": "\(problem)"]) }
                looks += 1
            } else if looks > 0 {
                logger.notice("well again", metadata: ["was": "\(message)"])
                looks = 0
            }
        }
    }
}
