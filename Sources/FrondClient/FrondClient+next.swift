public import Frond

/// IDs in the form of their tag: the client's own where the tag has plain numbers, the servers' where it says more.
extension FrondClient {
    /// Issues the next ID of a tag, as text: a decimal, a UUID, or whatever the tag's format says.
    ///
    /// Numbers of a plain tag come from the segments that this process has reserved. IDs of a tag with generators, a
    /// format, a period or a scramble of its own are made by a server, each call a round trip.
    /// - Parameters:
    ///   - format: the format that takes the place of the tag's own.
    ///   - generator: the only generator to ask; nil for those of the tag, in its order.
    /// - Throws: as ``Frond/IDIssuer/next(_:format:by:)-(Tag,_,_)``; `storeUnavailable` where no server answers.
    public func next(
        _ tag: Tag, format: TextFormat? = nil, by generator: GeneratorKind? = nil
    ) async throws(FrondError) -> String {
        let request = IssueRequest(tag, by: generator, format: format)
        if let ids = issuer.issueIfReady(request, upTo: 1) { return ids.firstLine }
        return try await issue(request, count: 1).firstLine
    }

    /// Issues exactly `count` IDs of a tag, in order; never fewer.
    /// - Parameter count: 1 to 16,777,216, and to the servers' `http.maxCount` where they make the IDs.
    /// - Throws: as ``next(_:format:by:)``; `invalidArgument` for a count out of range.
    public func next(
        _ tag: Tag, count: Int, format: TextFormat? = nil, by generator: GeneratorKind? = nil
    ) async throws(FrondError) -> IssuedIDs {
        try await issue(IssueRequest(tag, by: generator, format: format), count: count)
    }

    /// Issues the next ID of the tag with this name.
    public func next(
        _ name: String, format: TextFormat? = nil, by generator: GeneratorKind? = nil
    ) async throws(FrondError) -> String {
        try await next(try Tag(name), format: format, by: generator)
    }

    /// Issues exactly `count` IDs of the tag with this name, in order.
    public func next(
        _ name: String, count: Int, format: TextFormat? = nil, by generator: GeneratorKind? = nil
    ) async throws(FrondError) -> IssuedIDs {
        try await next(try Tag(name), count: count, format: format, by: generator)
    }

    private func issue(_ request: IssueRequest, count: Int) async throws(FrondError) -> IssuedIDs {
        try request.check()
        try checkCount(count)
        guard try await isIssuedHere(request) else { return try await askServers(request, count: count) }
        do throws(FrondError) {
            return try await issuer.issue(request, count: count)
        } catch {
            // The tag was set meanwhile, and a server says that its numbers alone are not its IDs any more.
            guard error.code == .invalidArgument || error.code == .generatorNotOfTag,
                try await !issuer.confirmed(request.tag).isPlain
            else { throw error }
            return try await askServers(request, count: count)
        }
    }

    /// True for numbers of a plain tag, which this process reserves itself.
    private func isIssuedHere(_ request: IssueRequest) async throws(FrondError) -> Bool {
        guard request.generator == nil || request.generator == SegmentGenerators.kind else { return false }
        return try await issuer.knowledge(of: request.tag)?.isPlain ?? true
    }

    private func askServers(_ request: IssueRequest, count: Int) async throws(FrondError) -> IssuedIDs {
        try await remote.next(
            request.tag, count: count, format: request.format, by: request.generator, uuidVersion: request.uuidVersion)
    }
}
