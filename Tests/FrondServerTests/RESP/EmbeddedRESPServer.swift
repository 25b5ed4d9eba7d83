import Frond
import NIOCore
import NIOEmbedded

@testable import FrondServer

/// A Redis client's connection in memory. To be used by one thread, for requests that are answered at once.
struct EmbeddedRESPServer {
    let channel = EmbeddedChannel()
    let handler: RESPConnectionHandler
    let clients: RESPClients

    init(
        _ generators: ServedGenerators, limits: ConnectionLimits = EmbeddedServer.limits, idle: TimeAmount? = nil,
        maxConnections: Int = 10, budget: ConnectionBudget = ConnectionBudget(), isSecured: Bool = false,
        access: AccessControl = .silent()
    ) throws {
        clients = RESPClients(limit: maxConnections, time: SystemTimeSource())
        handler = RESPConnectionHandler(
            setup: RESPConnectionHandler.Setup(
                generators: generators, access: access, maxCount: 10_000, limits: limits, idle: idle, budget: budget,
                clients: clients),
            number: clients.join(), channel: channel,
            peer: PeerIdentity(try SocketAddress(ipAddress: "127.0.0.1", port: 1)), isSecured: isSecured)
        try channel.pipeline.syncOperations.addHandler(handler)
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
    }

    /// Sends bytes in one packet.
    func send(_ text: String) throws {
        if channel.isActive { try channel.writeInbound(ByteBuffer(string: text)) }
    }

    /// The pieces that were sent to the client since.
    func pieces() throws -> [String] {
        var pieces: [String] = []
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) { pieces.append(String(buffer: bytes)) }
        return pieces
    }

    /// All that was sent to the client since.
    func received() throws -> String { try pieces().joined() }

    /// Makes the client take its answers, or stop to.
    func setTaking(_ isTaking: Bool) {
        channel.isWritable = isTaking
        channel.pipeline.fireChannelWritabilityChanged()
    }
}
