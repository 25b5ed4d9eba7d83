package import Frond

/// The result of a simulation.
package struct SimulationReport: Sendable {
    /// Each is a broken promise; an empty list is a good run.
    package var violations: [String] = []
    package var issued: Set<Int64> = []
    package var failures: [FrondError.Code: Int] = [:]
    package var crashes = 0
    package var givenBack = 0
    /// Claims that were taken back.
    package var unclaimed = 0
    /// Changes made by hand.
    package var operations = 0
    /// The number of times the tag began again.
    package var cycles: Int64 = 0
    package var lostReplies = 0
    /// The number of times a counter was asked for numbers.
    package var draws = 0
}
