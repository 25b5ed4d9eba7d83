import Frond
import FrondClient
import Hummingbird
import Logging
import ServiceLifecycle
import UnixSignals

/// A service that numbers its orders: `POST /orders` answers with the number of a new order.
///
///     order-service 8081 127.0.0.1:9090 [127.0.0.1:9091 …]
///
/// The first argument is the port to listen on, the others are where servers of Frond listen for gRPC.
@main
struct OrderService {
    struct Order: ResponseEncodable {
        /// A string, since JavaScript loses integers above 2^53.
        let id: String
    }

    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let port = arguments.first.flatMap({ Int($0) }), arguments.count > 1 else {
            print("usage: order-service PORT SERVER…")
            return
        }
        let logger = Logger(label: "order-service")
        let client = try FrondClient(servers: Array(arguments.dropFirst()), logger: logger)
        let shop = try application(client, port: port, logger: logger)
        // The client comes first, so that it ends after the application and gives back the numbers that are left.
        let group = ServiceGroup(
            services: [client, shop], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        try await group.run()
    }

    static func application(
        _ client: FrondClient, port: Int, logger: Logger
    ) throws -> some ApplicationProtocol & Service {
        let tag = try Tag("order")
        let router = Router()
        router.post("orders") { _, _ -> EditedResponse<Order> in
            do throws(FrondError) {
                let number = try await client.segments.next(tag)
                return EditedResponse(status: .created, response: Order(id: String(number)))
            } catch {
                logger.warning("no order number", metadata: ["reason": "\(error.message)"])
                throw HTTPError(.serviceUnavailable, message: error.message)
            }
        }
        return Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)), logger: logger)
    }
}
