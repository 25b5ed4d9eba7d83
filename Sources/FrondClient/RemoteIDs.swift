public import Frond
import FrondAPI
import SwiftProtobuf

/// IDs that the servers make, each call a round trip: for generators that a client has not, such as tickets, and for
/// programs that want a few and end.
public struct RemoteIDs: Sendable {
    /// Where the IDs come from.
    public enum Generator: String, Hashable, Sendable, CaseIterable {
        case segment, snowflake, redis, ticket
        /// Version 7.
        case uuid
        /// Version 4.
        case uuid4
    }

    let pool: ServerPool

    /// Exactly `count` IDs as text, decimals or UUIDs, in the order of their generator; never fewer.
    ///
    /// IDs whose reply was lost are a gap.
    /// - Parameter count: 1 to the server's `http.maxCount`.
    /// - Throws: what the server's generator says; `storeUnavailable` where no server answers, naming those that were
    ///   asked.
    public func next(_ tag: Tag, count: Int = 1, from generator: Generator = .segment) async throws(FrondError)
        -> [String]
    {
        guard let number = Int32(exactly: count) else {
            throw FrondError(.invalidArgument, "count \(count) is out of range: 1 to \(Int32.max)")
        }
        let request = Frond_V1_NextBatchRequest.with {
            $0.tag = tag.name
            $0.generator = generator.message
            $0.count = number
        }
        return try await pool.call(orElse: .storeUnavailable) { connection, options in
            let response = try await connection.ids.nextBatch(request, options: options)
            // Counted before they are written out: a server may claim any number.
            var missing = Int64(count)
            for run in response.runs where missing >= 0 { missing -= min(run.count, missing + 1) }
            guard missing == Int64(response.uuids.count) else {
                throw FrondError(.storeCorrupt, "a server answered with other than the \(count) IDs that were wanted")
            }
            return response.uuids + (try response.runs.flatMap { try NumberRun($0).map(String.init) })
        }
    }
}

extension RemoteIDs.Generator {
    fileprivate var message: Frond_V1_Generator {
        switch self {
        case .segment: .segment
        case .snowflake: .snowflake
        case .redis: .redis
        case .ticket: .ticket
        case .uuid: .uuid
        case .uuid4: .uuidV4
        }
    }
}
