import Frond
import NIOCore
import RESP

/// The name of a sequence as a Redis key: `order`, `snowflake/order`, `{order}`, `frond:order`.
///
/// The braces of a hash tag and the prefix `frond:` have no meaning: the characters `{`, `}` and `/` are in no tag, so
/// that every key names one sequence.
struct RESPKey: Hashable {
    /// The prefix that keys may have, so that a Redis and this server can share a client's naming.
    private static let prefix = "frond:"
    /// The name in the place of a generator that stands for the tag's own.
    private static let ownGenerators = "id"
    /// The maximum number of characters of a key that an error repeats.
    private static let shownLength = 100

    var tag: Tag
    /// Nil for the tag's own generators.
    var generator: GeneratorKind?
    var uuidVersion: UUIDVersion?
    /// True where the key names a generator, or `id/`: its IDs may be texts.
    var namesGenerator = false

    /// - Throws: `invalidArgument` for a key that names no sequence.
    init(_ key: ByteBuffer) throws(FrondError) {
        guard let text = String(validating: key.readableBytesView, as: UTF8.self) else {
            throw FrondError(.invalidArgument, "a key of \(key.readableBytes) bytes is not text in UTF-8; use a tag")
        }
        var name = Self.withoutBraces(text[...])
        if name.hasPrefix(Self.prefix) { name = name.dropFirst(Self.prefix.count) }
        if let slash = name.firstIndex(of: "/") {
            namesGenerator = true
            (generator, uuidVersion) = try Self.generator(name[..<slash])
            name = name[slash...].dropFirst()
        }
        tag = try Tag(name)
    }

    /// The key without the first pair of braces.
    private static func withoutBraces(_ key: Substring) -> Substring {
        guard let open = key.firstIndex(of: "{"), let close = key[open...].firstIndex(of: "}") else { return key }
        return key[..<open] + key[open..<close].dropFirst() + key[close...].dropFirst()
    }

    private static func generator(_ name: Substring) throws(FrondError) -> (GeneratorKind?, UUIDVersion?) {
        guard name != ownGenerators else { return (nil, nil) }
        do throws(FrondError) {
            return try GeneratorKind.named(String(name))
        } catch {
            throw FrondError(
                .invalidArgument,
                "unknown generator '\(name.printable(limit: shownLength))' before the '/' of a key; use one of "
                    + "\(ownGenerators), \(GeneratorKind.names)")
        }
    }
}
