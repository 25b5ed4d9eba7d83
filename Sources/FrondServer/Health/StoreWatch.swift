import Frond
import Logging

/// Logs when the store, the worker ID or the clock fails, and when it recovers.
struct StoreWatch: Sendable {
    /// The pause between two looks.
    private static let interval = Duration.seconds(1)
    /// The number of looks after which a problem that stays is logged again.
    private static let repetition = 5

    let generators: ServedGenerators
    let logger: Logger
    var time: any TimeSource = SystemTimeSource()

    /// Looks until the task is cancelled.
    func run() async {
        var store = Report(failing: "the segment store does not answer")
        var redis = Report(failing: "Redis does not answer")
        var tickets = Report(failing: "the ticket database does not answer")
        var worker = Report(failing: "the snowflake generator has a problem")
        while true {
            await time.sleep(until: time.monotonic + Self.interval)
            if Task.isCancelled { return }
            store.look(at: generators.segments?.failure?.message, logger)
            redis.look(at: generators.redis?.failure?.message, logger)
            tickets.look(at: generators.tickets?.failure?.message, logger)
            worker.look(at: generators.snowflake?.status.problem, logger)
        }
    }

    /// The state of one thing in the log.
    private struct Report {
        let message: Logger.Message
        /// The number of looks in a row that found a problem.
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
