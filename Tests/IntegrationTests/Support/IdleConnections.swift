import NIOCore
import NIOPosix

/// Many connections that do nothing, every second one in the middle of a request.
actor IdleConnections {
    private var channels: [any Channel] = []

    func open(_ count: Int, port: Int) async throws {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        for index in 0..<count {
            let channel = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
            if index.isMultiple(of: 2) {
                try await channel.writeAndFlush(ByteBuffer(string: "GET /api/segment/get/ord"))
            }
            channels.append(channel)
        }
    }

    func close() async {
        for channel in channels { channel.close(promise: nil) }
        for channel in channels { try? await channel.closeFuture.get() }
        channels = []
    }
}
