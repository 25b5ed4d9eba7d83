import Frond
import NIOCore
import ServiceLifecycle

/// The listener of administration as a service that says where it listens.
struct AdminListener: Service {
    let listener: HTTPListener
    /// Called with the port once requests are accepted.
    var onListening: @Sendable (_ port: Int) -> Void = { _ in }

    /// Serves until graceful shutdown or cancellation.
    /// - Throws: `invalidArgument` where the address cannot be bound, naming it.
    func run() async throws {
        do {
            try await listener.service { [onListening] port in onListening(port) }.run()
        } catch let error as IOError {
            throw cannotListen(error)
        } catch let error as SocketAddressError {
            throw cannotListen(error)
        } catch let error as SocketAddressError.UnknownHost {
            throw cannotListen(error)
        }
    }

    private func cannotListen(_ cause: any Error) -> FrondError {
        .cannotListen(
            for: "administration", on: listener.host, port: listener.port, cause, cure: "admin.port or admin.host")
    }
}
