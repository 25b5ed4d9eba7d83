import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// A listener for HTTP: the public one, with the fast lane in front of the routes, or that of administration.
struct HTTPListener: Sendable {
    let host: String
    let port: Int
    let responder: MethodResponder
    let generators: ServedGenerators
    let access: AccessControl
    let live: LiveSettings
    /// False for a listener that hands out no IDs.
    let servesIDs: Bool
    let maxCount: Int
    let limits: ConnectionLimits
    let drain: ServerDrain
    /// The server's budget of unread answers, which all its listeners share.
    let budget: ConnectionBudget
    let tls: LiveTLS?
    let group: MultiThreadedEventLoopGroup
    let logger: Logger

    /// The service that listens until graceful shutdown or cancellation.
    /// - Parameter onBound: called with the port once connections are accepted.
    func service(onBound: @escaping @Sendable (_ port: Int) async -> Void) -> some Service {
        let acceptFailures = AcceptFailures(logger: logger)
        return Application(
            responder: responder,
            server: HTTPServerBuilder { responder in
                FastLaneChannel(
                    responder: responder, generators: generators, access: access, live: live, servesIDs: servesIDs,
                    maxCount: maxCount, limits: limits, drain: drain, budget: budget, tls: tls)
            },
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), backlog: 4096),
            onServerRunning: { channel in
                await acceptFailures.watch(channel)
                await onBound(channel.localAddress?.port ?? 0)
            },
            eventLoopGroupProvider: .shared(group),
            logger: logger
        )
    }
}
