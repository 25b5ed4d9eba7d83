/// The beginning of a registry of worker IDs, which tells a new one from one that was wiped.
///
/// An empty registry says nothing about the servers that run: those that it gave worker IDs to before it was wiped go
/// on up to their horizons, and a process that took one of their worker IDs would repeat their IDs. So a registry that
/// lives apart from its servers is initialised once by an operator, and refused while it is not.
public struct RegistryOrigin: Hashable, Sendable {
    /// Different for each initialisation; empty for a registry that needs none.
    public var id: String
    /// No worker ID is given out with a floor below this: milliseconds since 1970-01-01T00:00:00Z. 0 for a registry
    /// that was never lost; above every horizon that was ever given out for one that was.
    public var floorMilliseconds: Int64

    public init(id: String, floorMilliseconds: Int64) {
        self.id = id
        self.floorMilliseconds = floorMilliseconds
    }

    /// That of a registry that its servers cannot outlive, such as a file on their machine.
    public static let embedded = RegistryOrigin(id: "", floorMilliseconds: 0)

    /// An origin with an ID of its own.
    static func random(floorMilliseconds: Int64) -> RegistryOrigin {
        RegistryOrigin(id: String(UInt64.random(in: 1 ... .max), radix: 16), floorMilliseconds: floorMilliseconds)
    }
}

extension RegistryOrigin {
    private static let heading = "frond registry 1"

    /// For registries that keep texts: files, etcd, ZooKeeper.
    package var text: String { "\(Self.heading)\nid \(id)\nfloor \(floorMilliseconds)\nend\n" }

    /// - Parameter place: where the text stands, such as a path or a key, for the error.
    /// - Throws: `storeCorrupt` for a text that is not one of ``text``.
    package init(text: String, at place: String) throws(FrondError) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
        guard lines.count >= 4, lines.first == Self.heading[...], lines.last == "end", lines[1].hasPrefix("id "),
            lines[2].hasPrefix("floor "), let floor = Int64(lines[2].dropFirst("floor ".count)), floor >= 0
        else {
            throw FrondError(
                .storeCorrupt,
                "\(place) is not the origin of a registry of worker IDs, or was written by a newer Frond: the end of "
                    + "what was issued is unknown; restore it, or update Frond")
        }
        self.init(id: String(lines[1].dropFirst("id ".count)), floorMilliseconds: floor)
    }
}

extension FrondError {
    static let needsNoInitialisation = FrondError(
        .invalidArgument, "this registry of worker IDs lives with its servers: it needs no initialisation")

    /// A registry that has no ``RegistryOrigin``.
    /// - Parameter place: what people call the registry: its address and path, without a password.
    package static func registryLost(_ place: String) -> FrondError {
        FrondError(
            .registryLost,
            "the registry of worker IDs at \(place) was never initialised, or was wiped: if it is new, run 'frond "
                + "worker init --registry …' once; if it was in use, run it with --after-loss",
            retryAfter: .seconds(5))
    }
}
