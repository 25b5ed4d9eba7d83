import Foundation
import Frond
import FrondTesting
import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import FrondServer

/// The pipeline of a connection in memory: NIO's codec, the fast lane, and an ``OrdinaryServer`` behind it.
///
/// To be used by one thread: in a function that does not wait.
struct EmbeddedServer {
    static let limits = ConnectionLimits(idle: .seconds(60), drain: .seconds(5))

    let channel = EmbeddedChannel()
    let ordinary: OrdinaryServer

    /// - Parameter remembered: how many requests are answered by their bytes alone; 0 for none.
    init(
        _ generators: ServedGenerators, answersAtOnce: Bool = false, remembered: Int = RepeatedRequests.capacity,
        client: SlowClient? = nil, limits: ConnectionLimits = Self.limits, drain: ServerDrain = ServerDrain(),
        budget: ConnectionBudget = ConnectionBudget(), access: AccessControl = .silent(),
        live: LiveSettings = LiveSettings()
    ) throws {
        ordinary = OrdinaryServer(answersAtOnce: answersAtOnce)
        let pipeline = channel.pipeline.syncOperations
        var door = try LaneDoor.local(access)
        door.live = live
        try FastLaneChannel.addHTTP(
            to: pipeline, connection: ConnectionHandler(limits: limits, drain: drain, budget: budget),
            generators: generators, door: door, maxCount: 10_000, remembered: remembered)
        try pipeline.addHandler(ordinary)
        if let client { try pipeline.addHandler(client, position: .first) }
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
    }

    /// Generators with the tags `order` and `user` in use, whose next numbers are 2.
    static func generators(redis: CounterGenerators? = nil) async throws -> ServedGenerators {
        let segments = SegmentGenerators(store: StoreView(InMemorySegmentStore(), missingTags: .create))
        let generators = ServedGenerators(segments: segments, redis: redis)
        for name in ["order", "user"] {
            _ = try await generators.issuer.issue(try Tag(name), by: .segment)
        }
        return generators
    }

    static func get(_ path: String, _ headers: String...) -> String {
        "GET \(path) HTTP/1.1\r\nHost: x\r\n" + headers.map { "\($0)\r\n" }.joined() + "\r\n"
    }

    static let hot = get("/api/segment/get/order")

    /// Sends bytes in one packet.
    func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    func send(_ bytes: some Collection<UInt8>) throws {
        guard channel.isActive else { return }
        try channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    /// All that was sent to the client since.
    func received() throws -> String {
        var text = ""
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: bytes) }
        return text
    }

    /// The bodies of the answers that were sent since; each has its length in its head.
    func bodies() throws -> [String] {
        try Self.bodies(of: received())
    }

    static func bodies(of answers: String) throws -> [String] {
        var rest = Substring(answers)
        var bodies: [String] = []
        while let end = rest.range(of: "\r\n\r\n") {
            let head = rest[..<end.lowerBound].lowercased()
            guard let length = head.split(separator: "content-length: ").last?.prefix(while: \.isNumber),
                let length = Int(length), rest[end.upperBound...].utf8.count >= length
            else { break }
            bodies.append(String(rest[end.upperBound...].prefix(length)))
            rest = rest[end.upperBound...].dropFirst(length)
        }
        return bodies
    }
}
