import Frond
import Logging

/// Logs when a generator fails, and when it has recovered.
struct StoreWatch: Sendable {
    /// The time between two looks.
    private static let interval = Duration.seconds(1)
    /// The number of looks at a problem that stays after which it is logged again.
    private static let repetition = 5

    let issuer: IDIssuer
    let logger: Logger
    var time: any TimeSource = SystemTimeSource()

    /// Looks until the task is cancelled.
    func run() async {
        var looks: [GeneratorKind: Int] = [:]
        while true {
            await time.sleep(until: time.monotonic + Self.interval)
            if Task.isCancelled { return }
            for health in issuer.health { look(at: health, &looks[health.generator, default: 0]) }
        }
    }

    /// - Parameter looks: the number of looks in a row that found a problem.
    private func look(at health: GeneratorHealth, _ looks: inout Int) {
        let name = health.generator.rawValue
        if let problem = health.reason {
            if looks % Self.repetition == 0 {
                logger.warning("the \(name) generator has a problem", metadata: ["reason": "\(problem)"])
            }
            looks += 1
        } else if looks > 0 {
            logger.notice("the \(name) generator has recovered")
            looks = 0
        }
    }
}
