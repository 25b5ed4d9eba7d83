import Frond
import FrondRedis
import Testing

@Suite("The URL of Redis", .timeLimit(.minutes(5)))
struct RedisURLTests {
    @Test(
        "says host, port, user, password and database",
        arguments: [
            ("redis://localhost", RedisURL(host: "localhost")),
            ("redis://localhost:7000/3", RedisURL(host: "localhost", port: 7000, database: 3)),
            ("redis://secret@host/", RedisURL(host: "host", password: "secret")),
            ("redis://:s%40c%3Aret@host", RedisURL(host: "host", password: "s@c:ret")),
            ("redis://frond:p@ss:word@host", RedisURL(host: "host", user: "frond", password: "p@ss:word")),
            ("redis://[::1]:7000", RedisURL(host: "::1", port: 7000)),
        ])
    func reads(text: String, expected: RedisURL) throws {
        #expect(try RedisURL(text) == expected)
    }

    @Test(
        "is refused with the part that is wrong, and without the password",
        arguments: [
            ("localhost:6379", "scheme"), ("http://localhost", "http"), ("rediss://:hush@localhost", "TLS"),
            ("redis://:hush@", "host"), ("redis://:hush@host:0", "port"), ("redis://:hush@host:x", "'x'"),
            ("redis://:hush@host/-1", "'-1'"), ("redis://:hush%@host", "percent"), ("redis://:hush@[::1]x", "port"),
        ])
    func refuses(text: String, word: String) {
        #expect {
            try RedisURL(text)
        } throws: {
            guard let error = $0 as? FrondError else { return false }
            return error.code == .invalidArgument && error.message.contains(word) && !error.message.contains("hush")
        }
    }

    @Test("never shows the password")
    func hidesPassword() throws {
        let url = try RedisURL("redis://user:hush@host:7000/2")
        #expect("\(url)" == "redis://host:7000/2")
        var dumped = ""
        dump(url, to: &dumped)
        #expect(!dumped.contains("hush"))
        #expect(!String(reflecting: url).contains("hush"))
    }
}
