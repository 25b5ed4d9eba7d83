import Foundation

/// The amount of simulation. Between two seeds they yield: other tests share their threads, and wait for a bounded
/// time only.
enum Simulations {
    /// The number of seeds that a run tries; `FROND_SIMULATION_SEEDS=n` for more.
    static let seeds = ProcessInfo.processInfo.environment["FROND_SIMULATION_SEEDS"].flatMap(UInt64.init) ?? 200
}
