import Frond
import FrondClient
import FrondSQLite

/// Prints five order numbers: reserved by servers, or in a file of this process's own. The generator is the same.
///
///     first-ids 127.0.0.1:9090 [127.0.0.1:9091 …]
///     first-ids orders.sqlite
@main
struct FirstIDs {
    static func main() async throws {
        let places = Array(CommandLine.arguments.dropFirst())
        let isFile = places.isEmpty || places[0].hasSuffix(".sqlite")
        let store: any SegmentStore =
            isFile
            ? try SQLiteSegmentStore(path: places.first ?? "orders.sqlite") : try RemoteSegmentStore(servers: places)
        let orders = SegmentGenerator(tag: try Tag("order"), store: StoreView(store, missingTags: .create))
        for _ in 1...5 { print(try await orders.next()) }
        await orders.shutdown()
    }
}
