import Frond
import Testing

@testable import FrondZooKeeper

@Suite("The URL of a registry in ZooKeeper", .timeLimit(.minutes(5)))
struct ConfigurationTests {
    @Test("it names servers, a path, a user, and times")
    func everything() throws {
        let configuration = try ZooKeeperConfiguration(
            url:
                "zookeeper://me%40x:p%3Aw%2Fd@zk1:2182,10.0.0.2,[::1]:2183/a/b%20c/?sessionTimeout=10s"
                + "&callTimeout=250ms&leafNamespace=order%2Dids&leafRetiredAfter=7d")
        #expect(configuration.endpoints == ["zk1:2182", "10.0.0.2:2181", "[::1]:2183"])
        #expect(configuration.clientAddress == "zk1:2182,10.0.0.2:2181,::1:2183")
        #expect(configuration.path == "/a/b c")
        #expect(configuration.credentials == .init(user: "me@x", password: "p:w/d"))
        #expect(configuration.sessionTimeout == .seconds(10))
        #expect(configuration.callTimeout == .milliseconds(250))
        #expect(configuration.leafNamespace == "order-ids")
        #expect(configuration.leafRetiredAfter == .seconds(7 * 86_400))
        #expect("\(configuration)" == "zookeeper://zk1:2182,10.0.0.2:2181,[::1]:2183/a/b c")
    }

    @Test("what is not said is as documented")
    func defaults() throws {
        let configuration = try ZooKeeperConfiguration(url: "zookeeper://zk/frond")
        #expect(configuration.credentials == nil)
        #expect(configuration.sessionTimeout == .seconds(6))
        #expect(configuration.callTimeout == .seconds(4))
        #expect(configuration.leafNamespace == nil)
        #expect(configuration.leafRetiredAfter == nil)
    }

    @Test(
        "what cannot be right is refused, naming it",
        arguments: [
            ("etcd://zk/frond", "zookeeper://"), ("zookeeper:zk/frond", "zookeeper://"), ("zookeeper://zk", "no path"),
            ("zookeeper://zk?callTimeout=1s", "no path"), ("zookeeper://zk/", "name a node"),
            ("zookeeper:///frond", "host"), ("zookeeper://zk:0/frond", "port"), ("zookeeper://zk:x/frond", "port"),
            ("zookeeper://zk:70000/frond", "port"), ("zookeeper://zk:/frond", "port"), ("zookeeper://a,,b/frond", "''"),
            ("zookeeper://[::1/frond", "[::1"), ("zookeeper://me@zk/frond", "password"),
            ("zookeeper://:pw@zk/frond", "user"), ("zookeeper://zk/a//b", "does not allow"),
            ("zookeeper://zk/a/../b", "'..'"), ("zookeeper://zk/a%00b", "does not allow"),
            ("zookeeper://zk/a%zzb", "'%'"), ("zookeeper://zk/zookeeper/frond", "/zookeeper"),
            ("zookeeper://zk" + String(repeating: "/a", count: 17), "16 parts"),
            ("zookeeper://zk/" + String(repeating: "a", count: 512), "512 bytes"),
            ("zookeeper://zk/frond?tls=true", "TLS"), ("zookeeper://zk/frond?sesionTimeout=1s", "'sesionTimeout'"),
            ("zookeeper://zk/frond?sessionTimeout=fast", "'fast'"), ("zookeeper://zk/frond?sessionTimeout=", "''"),
            ("zookeeper://zk/frond?sessionTimeout=10ms", "'10ms'"), ("zookeeper://zk/frond?callTimeout=1h", "'1h'"),
            ("zookeeper://zk/frond?callTimeout=9223372036854775807d", "9223372036854775807d"),
            ("zookeeper://zk/frond?leafNamespace=a%2Fb", "'a/b'"), ("zookeeper://zk/frond?leafNamespace=", "''"),
            ("zookeeper://zk/frond?leafRetiredAfter=7d", "leafNamespace"),
            ("zookeeper://zk/frond?leafNamespace=a&leafRetiredAfter=3s", "'3s'"),
        ])
    func wrong(url: String, name: String) async {
        await expectError(.invalidArgument, naming: name) { _ = try ZooKeeperConfiguration(url: url) }
    }

    @Test("a path that is set in code is checked too")
    func pathInCode() async {
        await expectError(.invalidArgument, naming: "'frond'") {
            _ = try ZooKeeperWorkerRegistry(ZooKeeperConfiguration(endpoints: ["zk:2181"], path: "frond"))
        }
    }
}
