import Frond
import Hummingbird

extension Router where Context == FrondContext {
    /// The routes that take a snowflake ID apart.
    func addDecoding(_ keeper: WorkerKeeper?, _ access: AccessControl) {
        getOnly("/api/snowflake/decode/:id") { request, context in
            try access.checkAny(try context.knownCaller(), .ids)
            guard let keeper else { throw FrondError.notEnabled(IssuingSnowflake.kind) }
            _ = try QueryParameters(request.uri.query, knowing: [])
            let id = try Self.id(context.parameters.get("id"))
            return try .json(try DecodedID(id, layout: keeper.generator.layout))
        }
        getOnly("/decodeSnowflakeId") { request, context in
            try access.checkAny(try context.knownCaller(), .ids)
            guard let keeper else { throw FrondError.notEnabled(IssuingSnowflake.kind) }
            let query = try QueryParameters(request.uri.query, knowing: ["snowflakeId"])
            let id = try Self.id(query["snowflakeId"])
            return try .json(try LeafDecodedID(id, layout: keeper.generator.layout))
        }
    }

    private static func id(_ text: String?) throws -> Int64 {
        guard let text, let id = Int(digits: text).map(Int64.init) else {
            throw Problem.badRequest("'\(text ?? "")' is not a snowflake ID: a whole number from 0 to \(Int64.max)")
        }
        return id
    }
}
