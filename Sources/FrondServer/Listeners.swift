import ServiceLifecycle

/// What listens, as one service: so that all stop accepting, and answer what is under way, at the same time.
struct Listeners<HTTP: Service>: Service {
    let http: HTTP
    /// Nil where the server does not listen for gRPC.
    let grpc: GRPCListener?

    /// Serves until graceful shutdown or cancellation.
    /// - Throws: where one cannot listen; the others end then.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { listeners in
            listeners.addTask { try await http.run() }
            if let grpc { listeners.addTask { try await grpc.run() } }
            // Not waitForAll, which would let the others go on.
            while try await listeners.next() != nil {}
        }
    }
}
