/// The error of a wait in a test that no fault-free run exceeds.
package struct WaitExceeded: Error, CustomStringConvertible {
    package let subject: String
    package let limit: Duration
    /// The file and line of the wait.
    package let place: String

    package var description: String { "\(subject): not within \(limit), at \(place)" }
}
