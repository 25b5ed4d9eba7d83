/// The IDs that can be had at once: what event loops may do by themselves.
extension IDIssuer {
    /// Grows when an answer of ``isPlain(_:by:)`` may no longer hold.
    package var version: Int { directory?.version ?? 0 }

    /// True where IDs of a tag are decimals and nothing else, as far as this process has read.
    package func isPlain(_ tag: Tag, by generator: GeneratorKind) -> Bool {
        guard let directory else { return true }
        guard let entry = directory.known(tag), entry.isPlain else { return false }
        // The record knows nothing of these, so that nothing is to be waited for.
        return generator.needsNoStore || entry.isConfirmed
    }

    /// Issues up to `count` IDs of a plain tag that can be had at once; nil where the request has to wait, to be
    /// written or to be refused.
    package func issueIfReady(_ request: IssueRequest, upTo count: Int) -> IssuedIDs? {
        guard count > 0, request.format == nil, let kind = request.generator ?? rules.enabled.first,
            isPlain(request.tag, by: kind), request.uuidVersion == nil || request.generator?.makesNumbers == false
        else { return nil }
        return generators.source(kind, version: request.uuidVersion)?.issueIfReady(request.tag, upTo: count)
            .map { IssuedIDs(generator: kind, values: $0) }
    }

    // MARK: Running and ending
}
