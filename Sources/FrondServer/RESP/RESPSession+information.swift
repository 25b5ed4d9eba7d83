import Frond
import NIOCore

extension RESPSession {
    /// The answer to `INFO`: the sections that are named, or all.
    func information(_ wanted: [String]) -> ByteBuffer {
        let names = Set(wanted.map { $0.lowercased() })
        let isAll = names.isEmpty || !names.isDisjoint(with: ["all", "default", "everything"])
        let chosen = sections.filter { isAll || names.contains($0.name.lowercased()) }
        let texts = chosen.map { section in
            "# \(section.name)\r\n" + section.fields.map { "\($0.0):\($0.1)\r\n" }.joined()
        }
        return ByteBuffer(string: texts.joined(separator: "\r\n"))
    }

    private var sections: [(name: String, fields: [(String, String)])] {
        [
            (
                "Server",
                [
                    ("redis_version", Self.redisVersion), ("redis_mode", "standalone"),
                    ("frond_version", FrondVersion.current), ("uptime_in_seconds", "\(facts.clients.uptimeSeconds)"),
                ]
            ),
            ("Clients", [("connected_clients", "\(facts.clients.count)"), ("maxclients", "\(facts.clients.limit)")]),
            // Clients look here before they send a command.
            ("Persistence", [("loading", "0")]),
            ("Replication", [("role", "master"), ("connected_slaves", "0")]),
            ("Cluster", [("cluster_enabled", "0")]),
            ("Generators", facts.issuer.health.map { ($0.generator.rawValue, $0.status.rawValue) }),
        ]
    }
}
