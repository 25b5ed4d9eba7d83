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
            var ids = response.uuids
            for run in response.runs { ids.append(contentsOf: try NumberRun(run).map(String.init)) }
            guard ids.count == count else {
                throw FrondError(.storeCorrupt, "a server answered with \(ids.count) IDs where \(count) were wanted")
            }
            return ids
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
