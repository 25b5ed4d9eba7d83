import CZooKeeper
import Foundation
import TestServers
import Testing

@testable import FrondZooKeeper

/// A client of the tests' own, which writes and removes nodes as it likes.
struct NodeEditor {
    private let session: ZooKeeperSession

    init(_ server: ZooKeeperServer, user: String = "") throws {
        session = ZooKeeperSession(
            try configuration(server.address, path: "/any", options: "callTimeout=10s", user: user))
    }

    struct Refused: Error {
        var reply: Reply
    }

    func change(_ changes: Change...) async throws {
        let reply = try await session.send([.change(changes)], until: session.deadline)[0]
        guard reply == .done else { throw Refused(reply: reply) }
    }

    /// Makes a node and those above it.
    func make(_ path: String, text: String = "") async throws {
        var above = ""
        for part in path.split(separator: "/").dropLast() {
            above += "/\(part)"
            _ = try await session.send([.change([.create(above, text: "")])], until: session.deadline)
        }
        try await change(.create(path, text: text))
    }

    /// Writes a node whatever stands in it, and makes it where there is none.
    func put(_ path: String, text: String) async throws {
        let reply = try await session.send([.change([.set(path, text: text, version: -1)])], until: session.deadline)[0]
        if reply != .done { try await make(path, text: text) }
    }

    func text(_ path: String) async throws -> String {
        guard case .node(let bytes, _) = try await session.read([.read(path)], until: session.deadline)[0] else {
            return ""
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Makes nodes whose names ZooKeeper ends with the next numbers, and those above them.
    func makeNumbered(_ path: String, count: Int) async throws {
        let handle = try #require(zookeeper_init2(session.configuration.servers, nil, 4000, nil, nil, 0) { _ in })
        defer { zookeeper_close(handle) }
        let above = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        if try await session.read([.children(above)], until: session.deadline)[0].failure == .noNode {
            try await make(above)
        }
        let before = try await children(above).count
        AccessList.open.withVector { accessList in
            for _ in 0..<count {
                zoo_acreate(handle, path, "", 0, accessList, ZOO_PERSISTENT_SEQUENTIAL, { _, _, _ in }, nil)
            }
        }
        for _ in 0..<1000 {
            if try await children(above).count == before + count { return }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private func children(_ path: String) async throws -> [String] {
        guard case .children(let names, _) = try await session.read([.children(path)], until: session.deadline)[0]
        else { return [] }
        return names
    }

    /// Removes a node and all below it.
    func remove(_ path: String) async throws {
        guard case .children(let names, _) = try await session.read([.children(path)], until: session.deadline)[0]
        else {
            return
        }
        for name in names { try await remove("\(path)/\(name)") }
        try await change(.delete(path))
    }
}
