import ServiceLifecycle

/// The listeners as one service: all of them stop accepting, and answer the requests under way, at the same time.
struct Listeners<HTTP: Service>: Service {
    /// Nil where the server does not listen for gRPC.
    let grpc: GRPCListener?
    /// The one for HTTP, which says where the other one listens.
    let http: @Sendable (_ grpcPort: Int?) -> HTTP

    /// Serves until graceful shutdown or cancellation.
    /// - Throws: where one cannot listen; the others end then.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { listeners in
            let (ports, source) = AsyncStream.makeStream(of: Int.self)
            if var grpc {
                grpc.onListening = { source.yield($0) }
                listeners.addTask { [grpc] in
                    defer { source.finish() }
                    try await grpc.run()
                }
            } else {
                source.finish()
            }
            let port = await ports.first { _ in true }
            // Where gRPC cannot listen HTTP does not begin, and has nothing to say of its end.
            if grpc == nil || port != nil {
                listeners.addTask { try await http(port).run() }
            }
            // Not waitForAll, which would let the others go on.
            while try await listeners.next() != nil {}
        }
    }
}
