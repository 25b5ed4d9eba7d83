import Frond
import Hummingbird

extension Router where Context == FrondContext {
    /// The routes that take a snowflake ID apart.
    func addDecoding(_ keeper: WorkerKeeper?) {
        getOnly("/api/snowflake/decode/:id") { request, context in
            guard let keeper else { throw Problem.notEnabled("snowflake") }
            let id = try Self.id(context.parameters.get("id"))
            return try .json(try DecodedID(id, layout: keeper.generator.layout))
        }
        getOnly("/decodeSnowflakeId") { request, _ in
            guard let keeper else { throw Problem.notEnabled("snowflake") }
            let id = try Self.id(request.uri.queryParameters["snowflakeId"].map(String.init))
            return try .json(try LeafDecodedID(id, layout: keeper.generator.layout))
        }
    }

    private static func id(_ text: String?) throws -> Int64 {
        guard let text, let id = Int64(text), id >= 0 else {
            throw Problem.badRequest("'\(text ?? "")' is not a snowflake ID: a whole number from 0 to \(Int64.max)")
        }
        return id
    }
}
