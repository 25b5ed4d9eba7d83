import Frond
import FrondRedis
import FrondTesting
import TestServers
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
            ("redis://:a?b/c@host", RedisURL(host: "host", password: "a?b/c")),
            ("redis://[::1]:7000", RedisURL(host: "::1", port: 7000)),
        ])
    func reads(text: String, expected: RedisURL) throws {
        #expect(try RedisURL(text) == expected)
    }

    @Test("says the files of the encryption")
    func readsEncryption() throws {
        let plain = try RedisURL("rediss://:hush@host:7000/2")
        #expect(plain.tls == RedisURL.TLS() && plain.database == 2 && plain.password == "hush")
        let files = try RedisURL("rediss://host?ca=/a%26b.pem&cert=/c.pem&key=/k.pem")
        let client = RedisURL.TLS.Client(certificateFile: "/c.pem", keyFile: "/k.pem")
        #expect(files.tls == RedisURL.TLS(authorityFile: "/a&b.pem", client: client))
        #expect("\(files)" == "rediss://host:6379/0")
    }

    @Test("says the Sentinels, the name of the primary, and credentials of each")
    func readsSentinels() throws {
        let url = try RedisURL(
            "redis+sentinel://frond:hush@s1,s2:7001,[::1]/orders/3?sentinelUser=watch&sentinelPassword=lo%26ud")
        let sentinels = RedisURL.Sentinels(
            endpoints: [
                RedisEndpoint(host: "s1", port: 26379), RedisEndpoint(host: "s2", port: 7001),
                RedisEndpoint(host: "::1", port: 26379),
            ],
            primary: "orders", user: "watch", password: "lo&ud")
        #expect(url == RedisURL(.sentinel(sentinels), user: "frond", password: "hush", database: 3))
        #expect("\(url)" == "redis+sentinel://s1:26379,s2:7001,[::1]:26379/orders/3")
        #expect(try RedisURL("rediss+sentinel://s1/orders?ca=/a.pem").tls == RedisURL.TLS(authorityFile: "/a.pem"))
    }

    @Test("says nodes of a cluster")
    func readsCluster() throws {
        let nodes = [RedisEndpoint(host: "n1"), RedisEndpoint(host: "n2", port: 7001)]
        #expect(try RedisURL("redis+cluster://:hush@n1,n2:7001/0") == RedisURL(.cluster(nodes), password: "hush"))
        let url = try RedisURL("rediss+cluster://n1,n2:7001")
        #expect(url == RedisURL(.cluster(nodes), tls: RedisURL.TLS()))
        #expect("\(url)" == "rediss+cluster://n1:6379,n2:7001")
    }

    @Test(
        "is refused with the part that is wrong, and without the password",
        arguments: [
            ("localhost:6379", "scheme"), ("http://localhost", "http"),
            ("redis+other://:hush@localhost", "redis+other"),
            ("redis://:hush@", "host"), ("redis://:hush@host:0", "port"), ("redis://:hush@host:x", "'x'"),
            ("redis://:hush@host/-1", "'-1'"), ("redis://:hush%@host", "percent"), ("redis://:hush@[::1]x", "port"),
            ("redis://:hush@host?ca=/a", "rediss"), ("rediss://:hush@host?cert=/a", "'key'"),
            ("rediss://:hush@host?what=1", "'what'"), ("rediss://:hush@host?ca=", "'ca'"),
            ("rediss://:hush@host?ca=/a&ca=/b", "'ca'"), ("rediss://:hush@host?sentinelPassword=a", "sentinelPassword"),
            ("rediss://host?ca=/hush@home/a", "%40"), ("redis://:hush@a,b", "redis+cluster"),
            ("redis+cluster://:hush@a,b/3", "database"), ("redis+cluster://:hush@a,a", "twice"),
            ("redis+cluster://:hush@a,,b", "host"), ("redis+sentinel://:hush@a,b", "primary"),
            ("redis+sentinel://:hush@a/name/x", "'x'"),
        ])
    func refuses(text: String, word: String) {
        #expect {
            try RedisURL(text)
        } throws: {
            guard let error = $0 as? FrondError else { return false }
            return error.code == .invalidArgument && error.message.contains(word) && !error.message.contains("hush")
        }
    }

    @Test(
        "never shows a password",
        arguments: [
            "redis://user:hush@host:7000/2", "redis+cluster://:hush@a,b",
            "redis+sentinel://:hush@a/name?sentinelPassword=hush&sentinelUser=hush",
        ])
    func hidesPassword(text: String) throws {
        let url = try RedisURL(text)
        var dumped = ""
        dump(url, to: &dumped)
        dump(url.topology, to: &dumped)
        for shown in [dumped, "\(url)", String(reflecting: url), "\(url.topology)", String(reflecting: url.topology)] {
            #expect(!shown.contains("hush"), "\(shown)")
        }
    }

    @Test("is refused where a file of the encryption cannot be used, with the file and the option")
    func refusesFiles() async throws {
        let files = try await TestCertificates.make()
        try RedisURL("rediss://host?ca=\(files.authority)&cert=\(files.client)&key=\(files.clientKey)").checkFiles()
        let wrong = [
            ("ca=/nowhere.pem", "/nowhere.pem"), ("ca=\(files.clientKey)", files.clientKey),
            ("cert=/nowhere.pem&key=\(files.clientKey)", "of cert=FILE"),
            ("cert=\(files.client)&key=\(files.client)", "of key=FILE"),
            ("cert=\(files.client)&key=\(files.serverKey)", files.serverKey),
        ]
        for (options, word) in wrong {
            let url = try RedisURL("rediss://host?\(options)")
            #expect {
                try url.checkFiles()
            } throws: {
                ($0 as? FrondError)?.code == .invalidArgument && "\($0)".contains(word)
            }
        }
    }
}
