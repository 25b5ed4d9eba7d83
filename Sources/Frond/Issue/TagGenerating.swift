/// A generator as the issuer sees it: it makes the IDs of any tag.
///
/// A new generator is one conformance in its own folder, one case of ``GeneratorKind`` and one line of wiring.
package protocol TagGenerating: Sendable {
    var kind: GeneratorKind { get }

    /// Issues up to `count` IDs without suspension and without I/O.
    /// - Parameter sequence: the tag, or the record of its present period.
    /// - Returns: nil where the caller would have to wait or would get an error.
    func issueIfReady(_ sequence: Tag, upTo count: Int) -> IssuedIDs.Values?

    /// Issues exactly `count` IDs; waits for them within the generator's own bound.
    func issue(_ sequence: Tag, count: Int) async throws(FrondError) -> IssuedIDs.Values

    /// Issues exactly `count` IDs for a caller that has other generators to ask.
    /// - Returns: nil where a wait is due.
    /// - Throws: the known failure of a store that is down, without a wait for it.
    func issueWithoutWait(_ sequence: Tag, count: Int) async throws(FrondError) -> IssuedIDs.Values?

    var health: GeneratorHealth { get }

    /// Asks a store that failed whether it answers again.
    /// - Returns: the failure that is left.
    @discardableResult
    func checkStore() async -> FrondError?

    /// Ends what is kept of a sequence that is no longer used.
    func retire(_ sequence: Tag) async

    /// Stops issuing and gives back what was reserved and not issued, within the limit.
    func shutdown(within limit: Duration) async
}

extension TagGenerating {
    // For generators that keep nothing.
    package func checkStore() async -> FrondError? { nil }
    package func retire(_ sequence: Tag) async {}
    package func shutdown(within limit: Duration) async {}
}
