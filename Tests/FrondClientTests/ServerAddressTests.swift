import Frond
import Testing

@testable import FrondClient

@Suite("Addresses of servers", .timeLimit(.minutes(5)))
struct ServerAddressTests {
    @Test(
        "are a host and a port",
        arguments: [
            ("127.0.0.1:9090", "127.0.0.1:9090"), ("grpc://ids.example:1", "ids.example:1"),
            ("[::1]:65535", "[::1]:65535"),
        ])
    func good(text: String, description: String) throws {
        #expect(try ServerAddress(text).description == description)
    }

    @Test(
        "are refused by name otherwise",
        arguments: [
            "", "host", "host:", ":9090", "host:0", "host:65536", "host:x", "::1:9090", "http://host:9090", "a b:9090",
            "user@host:9090", "host:9090/path", "[]:9090",
        ])
    func bad(text: String) {
        do throws(FrondError) {
            _ = try FrondClient(servers: ["127.0.0.1:9090", text])
            Issue.record("'\(text)' was taken")
        } catch {
            #expect(error.code == .invalidArgument && error.message.contains("'\(text)'"), "\(error)")
        }
    }
}
