import Frond
import NIOCore
import NIOEmbedded
import Testing

@testable import FrondServer

@Suite("Hot requests and the settings that a reload replaces", .timeLimit(.minutes(5)))
struct LaneSettingsTests {
    private static let ofPage = EmbeddedServer.get("/api/segment/get/order", "Origin: https://shop.example")

    @Test("of pages are hot while no page of another origin is allowed, and take the ordinary way from then on")
    func pages() async throws {
        let generators = try await EmbeddedServer.generators()
        let live = LiveSettings()
        let server = try EmbeddedServer(generators, answersAtOnce: true, live: live)
        for _ in 0..<3 { try server.send(Self.ofPage) }
        #expect(try server.bodies() == ["2", "3", "4"])
        live.replace(with: .init(cors: try CORSPolicy("https://shop.example")))
        for _ in 0..<3 { try server.send(Self.ofPage) }
        #expect(server.ordinary.requests.count == 3, "also where the bytes are known")
        for _ in 0..<3 { try server.send(EmbeddedServer.hot) }
        #expect(server.ordinary.requests.count == 3, "others stay hot")
    }

    @Test("take the ordinary way, which writes the log, while each has a line there")
    func logged() async throws {
        let generators = try await EmbeddedServer.generators()
        let live = LiveSettings()
        let server = try EmbeddedServer(generators, answersAtOnce: true, live: live)
        for _ in 0..<2 { try server.send(EmbeddedServer.hot) }
        live.replace(with: .init(accessLog: .all))
        for _ in 0..<2 { try server.send(EmbeddedServer.hot) }
        #expect(server.ordinary.requests.count == 2)
        live.replace(with: .init(accessLog: .errors))
        for _ in 0..<2 { try server.send(EmbeddedServer.hot) }
        #expect(server.ordinary.requests.count == 2)
    }
}
