import Frond
import HTTPTypes
import Testing

@testable import FrondServer

@Suite("Pages of other origins", .timeLimit(.minutes(5)))
struct CORSPolicyTests {
    @Test("only the origins of the list are allowed, whatever their case")
    func origins() throws {
        let policy = try CORSPolicy("https://shop.example, http://localhost:3000")
        #expect(policy.allows("https://shop.example") && policy.allows("HTTPS://Shop.example"))
        #expect(policy.allows("http://localhost:3000"))
        for other in [
            "http://shop.example", "https://shop.example.evil.example", "https://shop.example:8443", "null", "",
            "https://evil.example/https://shop.example", "http://localhost",
        ] {
            #expect(!policy.allows(other), "\(other)")
            #expect(policy.preflight(for: other) == nil)
            #expect(policy.fields(for: other) == [.vary: "Origin"])
        }
        #expect(policy.fields(for: "https://shop.example")[.accessControlAllowOrigin] == "https://shop.example")
    }

    @Test("a star allows all, and names none")
    func all() throws {
        let policy = try CORSPolicy("*")
        #expect(policy.allows("https://any.example") && !policy.isEmpty)
        #expect(policy.fields(for: "https://any.example")[.accessControlAllowOrigin] == "*")
    }

    @Test("no origin is the default", arguments: ["", " ", ","])
    func none(list: String) throws {
        #expect(try CORSPolicy(list).isEmpty)
        #expect(try CORSPolicy(list) == .none)
    }

    @Test(
        "a text that is no origin is refused by name",
        arguments: [
            "shop.example", "https://", "https://shop.example/", "https://a b", "null", "https://*.shop.example",
            "3://a",
        ])
    func refusals(text: String) {
        let error = #expect(throws: FrondError.self) { try CORSPolicy(text) }
        #expect(error?.message.contains("is not an origin") == true, "\(String(describing: error))")
    }
}
