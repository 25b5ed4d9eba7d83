import ServiceLifecycle

/// The listeners as one service: all of them stop accepting, and answer the requests under way, at the same time.
struct Listeners<HTTP: Service>: Service {
    /// Nil where the server does not listen for gRPC.
    let grpc: GRPCListener?
    /// Nil where the server does not listen for Redis clients.
    let resp: RESPListener?
    /// The one for HTTP, which says where the others listen.
    let http: @Sendable (_ grpcPort: Int?, _ respPort: Int?) -> HTTP

    /// Serves until graceful shutdown or cancellation.
    /// - Throws: where one cannot listen; the others end then.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { listeners in
            let grpcPorts = PortAnnouncement(isExpected: grpc != nil)
            if var grpc {
                grpc.onListening = { grpcPorts.announce($0) }
                listeners.addTask { [grpc] in
                    defer { grpcPorts.end() }
                    try await grpc.run()
                }
            }
            let respPorts = PortAnnouncement(isExpected: resp != nil)
            if var resp {
                resp.onListening = { respPorts.announce($0) }
                listeners.addTask { [resp] in
                    defer { respPorts.end() }
                    try await resp.run()
                }
            }
            let (grpcPort, respPort) = (await grpcPorts.port(), await respPorts.port())
            // If another cannot listen, HTTP does not begin, and has nothing to say of its end.
            if (grpc == nil) == (grpcPort == nil), (resp == nil) == (respPort == nil) {
                listeners.addTask { try await http(grpcPort, respPort).run() }
            }
            // Not waitForAll, which would let the others go on.
            while try await listeners.next() != nil {}
        }
    }
}

/// The port of a listener, once it is known.
private struct PortAnnouncement: Sendable {
    private let ports: AsyncStream<Int>
    private let source: AsyncStream<Int>.Continuation

    /// - Parameter isExpected: false where there is no listener.
    init(isExpected: Bool) {
        (ports, source) = AsyncStream.makeStream()
        if !isExpected { source.finish() }
    }

    func announce(_ port: Int) { source.yield(port) }

    /// The listener has ended.
    func end() { source.finish() }

    /// Waits for the port; nil where the listener ended before it had one.
    func port() async -> Int? { await ports.first { _ in true } }
}
