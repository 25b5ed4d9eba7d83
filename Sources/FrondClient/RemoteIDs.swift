public import Frond
import FrondAPI
import SwiftProtobuf

/// IDs that the servers make, each call a round trip: for generators that a client has not, such as tickets, for IDs in
/// the form of their tag, and for programs that want a few and end.
public struct RemoteIDs: Sendable {
    let pool: ServerPool

    /// Issues the next ID of a tag, as text: see ``next(_:count:format:by:uuidVersion:)``.
    public func next(
        _ tag: Tag, format: TextFormat? = nil, by generator: GeneratorKind? = nil, uuidVersion: UUIDVersion? = nil
    ) async throws(FrondError) -> String {
        try await next(tag, count: 1, format: format, by: generator, uuidVersion: uuidVersion).firstLine
    }

    /// Issues exactly `count` IDs of a tag, in order; never fewer.
    ///
    /// IDs whose reply was lost are a gap.
    /// - Parameters:
    ///   - count: 1 to the server's `http.maxCount`.
    ///   - format: the format that takes the place of the tag's own.
    ///   - generator: the only generator to ask; nil for those of the tag, in its order.
    ///   - uuidVersion: for the generator uuid.
    /// - Throws: what the server's generator says; `storeUnavailable` where no server answers, naming those that were
    ///   asked.
    public func next(
        _ tag: Tag, count: Int, format: TextFormat? = nil, by generator: GeneratorKind? = nil,
        uuidVersion: UUIDVersion? = nil
    ) async throws(FrondError) -> IssuedIDs {
        try IssueRequest(tag, by: generator, format: format, uuidVersion: uuidVersion).check()
        guard let number = Int32(exactly: count) else {
            throw FrondError(.invalidArgument, "count \(count) is out of range: 1 to \(Int32.max)")
        }
        let request = Frond_V1_NextBatchRequest.with {
            $0.tag = tag.name
            $0.generator = Frond_V1_Generator(generator, version: uuidVersion)
            $0.count = number
            $0.format = format?.description ?? ""
        }
        return try await pool.call(orElse: .storeUnavailable) { connection, options in
            let response = try await connection.ids.nextBatch(request, options: options)
            return try response.ids(count: count, asked: generator)
        }
    }
}
