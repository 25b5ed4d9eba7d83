import Foundation
import TestServers

@testable import FrondZooKeeper

/// The nodes of worker IDs below `/frond`, which a test keeps and puts back as an operator's script would.
struct ZooKeeperNodes {
    private static let workers = "/frond/workers"

    private let session: ZooKeeperSession

    init(_ server: ZooKeeperServer) throws {
        session = ZooKeeperSession(
            try ZooKeeperConfiguration(url: "zookeeper://\(server.address)/any?callTimeout=10s"))
    }

    /// Writes the text of each node into a file of the directory.
    func save(to directory: String) async throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for name in try await names() {
            guard case .node(let bytes, _) = try await read(.read("\(Self.workers)/\(name)")) else { continue }
            try Data(bytes).write(to: URL(fileURLWithPath: "\(directory)/\(name)"))
        }
    }

    /// Makes the nodes what they were, and removes the others.
    func putBack(from directory: String) async throws {
        let saved = try FileManager.default.contentsOfDirectory(atPath: directory)
        let changes = try await names().map { name -> Change in
            let path = "\(Self.workers)/\(name)"
            guard saved.contains(name) else { return .delete(path) }
            let text = try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)
            return .set(path, text: text, version: -1)
        }
        let reply = try await session.send([.change(changes)], until: session.deadline)[0]
        guard reply == .done else { throw NotPutBack(reply: reply) }
    }

    struct NotPutBack: Error {
        var reply: Reply
    }

    private func names() async throws -> [String] {
        guard case .children(let names, _) = try await read(.children(Self.workers)) else { return [] }
        return names
    }

    private func read(_ request: Request) async throws -> Reply {
        try await session.read([request], until: session.deadline)[0]
    }
}
