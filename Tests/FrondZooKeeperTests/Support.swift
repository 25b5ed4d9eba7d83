import CZooKeeper
import Foundation
import Frond
import Synchronization
import TestServers
import Testing

@testable import FrondZooKeeper

/// 2024-01-01T00:00:00Z.
let now: Int64 = 1_704_067_200_000

/// A path that no other test uses.
func freshPath() -> String { "/test-\(UUID().uuidString)/frond" }

/// The server of ``OnOneServer``.
func sharedServer() throws -> ZooKeeperServer { try #require(ZooKeeperTrait.current) }

/// - Parameter options: long enough times for a busy machine where they are not what is tested.
func configuration(
    _ addresses: String, path: String, options: String = "callTimeout=10s", user: String = ""
) throws -> ZooKeeperConfiguration {
    try ZooKeeperConfiguration(url: "zookeeper://\(user)\(addresses)\(path)?\(options)")
}

func store(_ configuration: ZooKeeperConfiguration) throws -> ZooKeeperWorkerStore {
    try ZooKeeperWorkerStore(configuration, logger: nil)
}

/// A registry that is initialised.
func newRegistry(_ configuration: ZooKeeperConfiguration) async throws -> ZooKeeperWorkerRegistry {
    let registry = try ZooKeeperWorkerRegistry(configuration)
    _ = try await registry.initialise(floorMilliseconds: nil)
    return registry
}

func request(
    _ workerIDs: Range<Int64>, by host: String = "host-a", at time: Int64 = now, length: Duration = .seconds(3)
) -> WorkerRequest {
    WorkerRequest(
        holder: WorkerHolder(host: host, processID: 1, startedAtMilliseconds: now, address: "\(host):8080"),
        workerIDs: workerIDs, nowMilliseconds: time, length: length)
}

/// Expects an error whose one line names all of this.
func expectError(
    _ code: FrondError.Code, naming texts: String..., sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async {
    let error = await #expect(throws: FrondError.self, sourceLocation: sourceLocation) { try await body() }
    #expect(error?.code == code, "\(error?.message ?? "")", sourceLocation: sourceLocation)
    for text in texts {
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")", sourceLocation: sourceLocation)
    }
    #expect(error?.message.contains("\n") == false, sourceLocation: sourceLocation)
}

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
