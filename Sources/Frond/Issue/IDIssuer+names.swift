// Tags by their names: a name that is no tag is an error of the request, as everywhere.
extension IDIssuer {
    /// Issues the next ID of the tag with this name: see ``next(_:format:by:)-(Tag,_,_)``.
    public func next(
        _ name: String, format: TextFormat? = nil, by generator: GeneratorKind? = nil
    ) async throws(FrondError) -> String {
        try await next(try Tag(name), format: format, by: generator)
    }

    /// Issues exactly `count` IDs of the tag with this name: see ``next(_:count:format:by:)-(Tag,_,_,_)``.
    public func next(
        _ name: String, count: Int, format: TextFormat? = nil, by generator: GeneratorKind? = nil
    ) async throws(FrondError) -> IssuedIDs {
        try await next(try Tag(name), count: count, format: format, by: generator)
    }
}
