import Frond
import FrondEtcd
import Testing

@Suite("The URL of an etcd", .timeLimit(.minutes(5)))
struct EtcdConfigurationTests {
    @Test("the configuration has defaults") func hasDefaults() throws {
        let configuration = try EtcdConfiguration(url: "etcd://localhost")
        #expect(configuration.endpoints == [EtcdEndpoint(host: "localhost", port: 2379)])
        #expect(configuration.prefix == "frond")
        #expect(configuration.user == nil)
        #expect(configuration.tls == nil)
        #expect(configuration.timeout == .seconds(2))
    }

    @Test("a URL names everything") func namesEverything() throws {
        let configuration = try EtcdConfiguration(
            url: "etcd://anna%40x:p%2Fw%3A%25@10.0.0.7:2381,[2001:db8::7]:2382,[::1],etcd-3.example/a/b.c"
                + "?tls=true&ca=/etc/my%20ca.pem&cert=c.pem&key=k.pem&timeout=500ms")
        #expect(
            configuration.endpoints == [
                EtcdEndpoint(host: "10.0.0.7", port: 2381), EtcdEndpoint(host: "2001:db8::7", port: 2382),
                EtcdEndpoint(host: "::1"), EtcdEndpoint(host: "etcd-3.example"),
            ])
        #expect(configuration.prefix == "a/b.c")
        #expect(configuration.user == EtcdConfiguration.User(name: "anna@x", password: "p/w:%"))
        #expect(
            configuration.tls
                == EtcdConfiguration.TLS(
                    authorityFile: "/etc/my ca.pem",
                    client: EtcdConfiguration.TLS.Client(certificateFile: "c.pem", keyFile: "k.pem")))
        #expect(configuration.timeout == .milliseconds(500))
    }

    @Test("the configuration is shown without the password") func isShownWithoutThePassword() throws {
        let configuration = try EtcdConfiguration(url: "etcd://anna:secret@[::1]:1,b:2/p")
        #expect("\(configuration)" == "etcd://[::1]:1,b:2/p")
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(dumped.contains("anna"))
        for text in ["\(configuration)", String(reflecting: configuration), dumped, "\(configuration.user as Any)"] {
            #expect(!text.contains("secret"))
        }
    }

    @Test(
        "what cannot be right is refused, and says what",
        arguments: [
            ("http://a", "does not begin with 'etcd://'"),
            ("etcd://", "the name of a host is missing"),
            ("etcd://a,,b", "the name of a host is missing"),
            ("etcd://a:b", "the port of 'a:b' is not a number"),
            ("etcd://a:0", "the port of 'a:0' is not a number"),
            ("etcd://a:65536", "the port of 'a:65536' is not a number"),
            ("etcd://a:1,a:1", "a:1 stands there twice"),
            ("etcd://::1", "'::1' is not host:port"),
            ("etcd://[::1", "is not [IPv6 address]:port"),
            ("etcd://[a]:1", "is not [IPv6 address]:port"),
            ("etcd://[::1]1", "is not [IPv6 address]:port"),
            ("etcd://a b", "'a b' is not host:port"),
            ("etcd://a/", nil),
            ("etcd://a//b", "the prefix '/b' has other characters"),
            ("etcd://a/b/", "the prefix 'b/' has other characters"),
            ("etcd://a/b%20c", "the prefix 'b%20c' has other characters"),
            ("etcd://a/ü", "the prefix 'ü' has other characters"),
            ("etcd://secret@a", "is not 'user:password'"),
            ("etcd://:secret@a", "is not 'user:password'"),
            ("etcd://u:@a", "is not 'user:password'"),
            ("etcd://u:secret%4@a", "is not 'user:password'"),
            ("etcd://u:secret%FF@a", "is not 'user:password'"),
            ("etcd://u:secret/w@a", "'@' follows '/' or '?'"),
            ("etcd://u:secret?w@a", "'@' follows '/' or '?'"),
            ("etcd://a?tsl=true", "unknown option 'tsl'"),
            ("etcd://a?tls=yes", "option 'tls' is neither true nor false"),
            ("etcd://a?tls=false&ca=x", "need encryption"),
            ("etcd://a?cert=x", "'cert' and 'key' come together"),
            ("etcd://a?ca=", "option 'ca' has no value"),
            ("etcd://a?ca", "option 'ca' has no value"),
            ("etcd://a?ca=x&ca=y", "option 'ca' has no value, more than one"),
            ("etcd://a?timeout=2", "the timeout '2' is not a time"),
            ("etcd://a?timeout=0s", "the timeout '0s' is not a time"),
            ("etcd://a?timeout=601s", "the timeout '601s' is not a time"),
            ("etcd://a?timeout=99999999999999999999s", "is not a time"),
        ] as [(String, String?)])
    func refuses(url: String, why: String?) throws {
        guard let why else {
            _ = try EtcdConfiguration(url: url)
            return
        }
        let error = #expect(throws: FrondError.self) { try EtcdConfiguration(url: url) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains(why) == true, "\(error?.message ?? "")")
        #expect(error?.description.contains("secret") == false)
        #expect(error?.message.contains("\n") == false)
    }
}
