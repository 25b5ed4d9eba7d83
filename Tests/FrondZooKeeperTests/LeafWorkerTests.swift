import Frond
import Testing

@testable import FrondZooKeeper

@Suite("What a node of a Leaf server says", .timeLimit(.minutes(5)))
struct LeafWorkerTests {
    private static let report = #"{"ip":"10.0.0.7","port":"8080","timestamp":\#(now)}"#

    private func worker(_ content: String = report) -> LeafWorker {
        LeafWorker(workerID: 7, name: "10.0.0.7:8080-0000000007", content: Array(content.utf8))
    }

    private func own(floor: Int64, horizon: Int64) -> WorkerRecord {
        WorkerRecord(
            workerID: 7, holder: nil, isReleased: true, floorMilliseconds: floor, horizonMilliseconds: horizon,
            token: 5, updatedAtMilliseconds: 0)
    }

    @Test(
        "the worker ID is read as Leaf reads it",
        arguments: [
            ("10.0.0.7:8080-0000000007", 7), ("10.0.0.7:8080-0000001023", 1023), ("10.0.0.7:8080", nil),
            ("10.0.0.7:8080-", nil), ("10.0.0.7:8080-x", nil), ("10.0.0.7:8080--2147483647", nil), ("", nil),
        ] as [(String, Int64?)])
    func workerID(name: String, workerID: Int64?) throws {
        #expect(try LeafNamespace(name: "order").workerID(of: name) == workerID)
    }

    @Test("it is held for ever, unless silent servers are known to be stopped")
    func horizon() {
        #expect(worker().horizonMilliseconds(retiredAfter: nil) == WorkerRecord.lastMilliseconds)
        #expect(worker().horizonMilliseconds(retiredAfter: .seconds(60)) == now + 60_000)
    }

    @Test(
        "a node that does not say since when its server is silent is held for ever in any case",
        arguments: ["", "{}", #"{"ip":"a","port":"1","timestamp":"x"}"#, #"{"ip":"a","port":"1","timestamp":-1}"#])
    func noTime(content: String) {
        #expect(worker(content).horizonMilliseconds(retiredAfter: .seconds(60)) == WorkerRecord.lastMilliseconds)
    }

    @Test("Frond's own record holds where it begins at the end of Leaf's time, and not where it merely ends after it")
    func ownRecord() {
        let end = now + 60_000
        let after = own(floor: end, horizon: end + 3000)
        #expect(worker().record(over: after, retiredAfter: .seconds(60)) == after)
        let across = worker().record(over: own(floor: end - 1, horizon: end + 3000), retiredAfter: .seconds(60))
        #expect(across.holder?.version == "Leaf")
        #expect(across.token == 6)
        #expect(across.horizonMilliseconds == end + 3000)
    }
}
