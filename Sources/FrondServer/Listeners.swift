import ServiceLifecycle

/// The listeners as one service: all of them stop accepting, and answer the requests under way, at the same time.
struct Listeners<HTTP: Service>: Service {
    /// Nil where the server does not listen for administration apart.
    let admin: AdminListener?
    /// Nil where the server does not listen for gRPC.
    let grpc: GRPCListener?
    /// Nil where the server does not listen for Redis clients.
    let resp: RESPListener?
    /// The one for HTTP, which says where the others listen.
    let http: @Sendable (FrondServer.Ports) -> HTTP

    /// Serves until graceful shutdown or cancellation.
    /// - Throws: where one cannot listen; the others end then.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { listeners in
            let adminPorts = PortAnnouncement(isExpected: admin != nil)
            if var admin {
                admin.onListening = { adminPorts.announce($0) }
                listeners.addTask { [admin] in
                    defer { adminPorts.end() }
                    try await admin.run()
                }
            }
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
            let ports = FrondServer.Ports(
                grpc: await grpcPorts.port(), resp: await respPorts.port(), admin: await adminPorts.port())
            // If another cannot listen, HTTP does not begin, and has nothing to say of its end.
            if (grpc == nil) == (ports.grpc == nil), (resp == nil) == (ports.resp == nil),
                (admin == nil) == (ports.admin == nil)
            {
                listeners.addTask { try await http(ports).run() }
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
