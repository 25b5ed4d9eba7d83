public import Frond
import FrondAPI
public import Logging
import SwiftProtobuf

/// The numbers of tags, reserved by the servers of a Frond: ``Frond/SegmentStore`` over gRPC.
///
/// A generator on it caches numbers and fetches them ahead, in this process.
///
///     let store = try RemoteSegmentStore(servers: ["127.0.0.1:9090"])
///     let orders = SegmentGenerator(tag: try Tag("order"), store: store)
///     let id = try await orders.next()
///
/// A reservation is sent to another server if one does not answer: numbers whose reply was lost are a gap. A call that
/// changes a tag, or gives numbers back, is sent once, to a server that has just answered. All servers must stand on
/// the same store.
public struct RemoteSegmentStore: SegmentStore {
    let pool: ServerPool

    init(_ pool: ServerPool) {
        self.pool = pool
    }

    /// Creates a store that connects at the first call, which fails if no server answers.
    /// - Parameters:
    ///   - servers: the gRPC addresses of the servers, such as `10.0.0.7:9090`: one or more.
    ///   - tls: the security of the connections; nil for plaintext.
    ///   - logger: gets lines at debug level; silent by default.
    /// - Throws: `invalidArgument`, naming the invalid address.
    public init(
        servers: [String], tls: ClientTLS? = nil, policy: PoolPolicy = PoolPolicy(), logger: Logger? = nil
    ) throws(FrondError) {
        pool = try ServerPool(servers, tls: tls, policy: policy, time: SystemTimeSource(), logger: logger)
    }

    /// Ends the waiting calls, and returns once the connections are closed. Shut the generators down before.
    public func close() async { await pool.close() }

    public func reserve(
        _ tag: Tag, atLeast demand: SegmentDemand?, after floor: SegmentPosition?
    ) async throws(FrondError) -> Segment {
        let request = Frond_V1_ReserveSegmentRequest.with { request in
            request.tag = tag.name
            if let demand { request.set(demand) }
            if let floor { request.after = Frond_V1_Position(floor) }
        }
        let segment = try await pool.call(orElse: .storeUnavailable) { connection, options in
            Segment(try await connection.segments.reserveSegment(request, options: options).segment)
        }
        guard segment.first >= 0, segment.count >= 1, segment.stride >= 1, segment.step >= 1,
            floor.map({ $0 <= segment.start }) ?? true
        else {
            throw FrondError(
                .storeCorrupt,
                "a server answered with impossible numbers of tag '\(tag)': \(segment.first) up to \(segment.end) "
                    + "at a stride of \(segment.stride)")
        }
        return segment
    }

    public func giveBack(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool {
        let request = Frond_V1_GiveBackSegmentRequest.with {
            $0.tag = tag.name
            $0.tail = Frond_V1_Segment(tail)
        }
        return try await pool.callOnce(orElse: .storeUnavailable) { connection, options in
            try await connection.segments.giveBackSegment(request, options: options).takenBack
        }
    }

    public func tags() async throws(FrondError) -> [TagRecord] {
        try await pool.call(orElse: .storeUnavailable) { connection, options in
            try await connection.segments.listTags(.init(), options: options).tags.map { try TagRecord($0) }
        }
    }

    public func unservedRows() async throws(FrondError) -> [UnservedRow] {
        try await pool.call(orElse: .storeUnavailable) { connection, options in
            try await connection.segments.listTags(.init(), options: options).unserved.map {
                UnservedRow(name: $0.name, reason: $0.reason)
            }
        }
    }

    public func tag(_ tag: Tag) async throws(FrondError) -> TagRecord? {
        let request = Frond_V1_GetTagRequest.with { $0.tag = tag.name }
        do {
            return try await pool.call(orElse: .storeUnavailable) { connection, options in
                try TagRecord(try await connection.segments.getTag(request, options: options).tag)
            }
        } catch  where error.code == .unknownTag {
            return nil
        }
    }

    public func create(_ tag: Tag, _ settings: TagSettings) async throws(FrondError) -> TagRecord {
        let request = Frond_V1_CreateTagRequest(tag, settings)
        return try await pool.callOnce(orElse: .storeUnavailable) { connection, options in
            try TagRecord(try await connection.segments.createTag(request, options: options).tag)
        }
    }

    public func change(_ tag: Tag, _ change: TagChange) async throws(FrondError) -> TagRecord {
        let request = Frond_V1_ChangeTagRequest(tag, change)
        return try await pool.callOnce(orElse: .storeUnavailable) { connection, options in
            try TagRecord(try await connection.segments.changeTag(request, options: options).tag)
        }
    }
}
