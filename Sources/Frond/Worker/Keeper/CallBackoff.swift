/// The pauses between calls to a registry that fail: they double, up to a bound, with jitter.
struct CallBackoff: Sendable {
    private static let shortest = Duration.milliseconds(50)
    private static let longest = Duration.seconds(5)

    private var failures = 0
    private var random: SplitMix64

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    mutating func succeeded() {
        failures = 0
    }

    mutating func pause(after error: FrondError) -> Duration {
        let jitter = Double.random(in: 0...1, using: &random)
        if error.code == .workerIDsExhausted, let left = error.retryAfter {
            // It is known when there will be one; others wait for the same.
            return min(max(left, Self.shortest), Self.longest) * (1 + jitter / 4)
        }
        failures = min(failures + 1, 16)
        return min(Self.shortest * (1 << (failures - 1)), Self.longest) * (0.5 + jitter / 2)
    }
}
