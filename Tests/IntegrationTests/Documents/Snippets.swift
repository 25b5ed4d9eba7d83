import Frond
import FrondClient
import FrondEtcd
import FrondMySQL
import FrondSQLite
import FrondZooKeeper
import Logging
import ServiceLifecycle
import UnixSignals

/// The Swift code that the documents show. It is never called: that it compiles is the test.
private enum Snippets {
    static func embedded() async throws {
        let store = try SQLiteSegmentStore(path: "orders.sqlite")
        let orders = SegmentGenerator(tag: try Tag("order"), store: StoreView(store, missingTags: .create))
        let one = try await orders.next()
        let batch = try await orders.next(count: 100)
        await orders.shutdown()
        _ = (one, batch)
    }

    static func issuer() async throws {
        let ids = IDIssuer(store: try SQLiteSegmentStore(path: "orders.sqlite"), missingTags: .create)
        let order = try await ids.next("order")
        let batch = try await ids.next("order", count: 1000)
        await ids.shutdown()
        _ = (order, batch)
    }

    static func keynote() async throws {
        let store = try SQLiteSegmentStore(path: "orders.sqlite")
        let ids = IDIssuer(store: store, missingTags: .create)
        let order = try await ids.next("order")
        let batch = try await ids.next("order", count: 1000)
        await ids.shutdown()
        try await SnowflakeGenerator.withWorkerID(from: SQLiteWorkerRegistry(beside: store)) { snowflake in
            print(try await snowflake.next())
        }
        _ = (order, batch)
    }

    static func remote() async throws {
        let store = try RemoteSegmentStore(servers: ["127.0.0.1:9090"])
        let orders = SegmentGenerator(tag: try Tag("order"), store: StoreView(store, missingTags: .create))
        let one = try await orders.next()
        let batch = try await orders.next(count: 100)
        await orders.shutdown()
        _ = (one, batch)
    }

    static func onePort() async throws {
        let store = try RemoteSegmentStore(servers: ["127.0.0.1:9090"])
        let orders = SegmentGenerator(tag: try Tag("order"), store: store)
        let id = try await orders.next()
        _ = id
    }

    static func snowflake(_ store: SQLiteSegmentStore) async throws {
        let generator = try SnowflakeGenerator(layout: .leaf)
        let holder = WorkerHolder(host: "orders-1", processID: 4711, startedAtMilliseconds: 1_767_225_600_000)
        let keeper = WorkerKeeper(generator: generator, registry: SQLiteWorkerRegistry(beside: store), holder: holder)
        let running = Task { try await keeper.run() }
        let id = try await generator.next()
        running.cancel()
        try await running.value
        _ = id
    }

    static func client() async throws {
        let client = try FrondClient(servers: ["127.0.0.1:9090"])
        let order = try await client.segments.next(Tag("order"))
        let event = try await client.snowflake().next()
        await client.shutdown()
        _ = (order, event)
    }

    static func service(_ client: FrondClient, _ shop: any Service, _ logger: Logger) async throws {
        let group = ServiceGroup(services: [client, shop], gracefulShutdownSignals: [.sigterm], logger: logger)
        try await group.run()
    }

    static func servers() async throws {
        let client = try FrondClient(
            FrondClient.Configuration(
                servers: ["10.0.0.7:9090", "10.0.0.8:9090"], tls: ClientTLS(authority: "ca.pem"),
                pool: PoolPolicy(findsServers: true)))
        let tickets = try await client.remote.next(Tag("order"), count: 10, by: .ticket)
        _ = tickets
    }

    static func registries() throws {
        let registry = try EtcdWorkerRegistry(EtcdConfiguration(url: "etcd://etcd1:2379,etcd2:2379/frond"))
        _ = registry
    }

    static func zooKeeper() throws {
        let registry = try ZooKeeperWorkerRegistry(ZooKeeperConfiguration(url: "zookeeper://zk1:2181,zk2:2181/frond"))
        _ = registry
    }

    static func database() throws {
        let store = MySQLSegmentStore(try MySQLConfiguration(url: "mysql://frond:secret@db1/ids?tls=verify"))
        _ = store
    }
}
