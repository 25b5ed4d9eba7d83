import Foundation
import Frond

/// A Leaf server's worker ID, as its node has it.
struct LeafWorker: Hashable, Sendable {
    /// The content that Leaf writes into its node every 3 seconds.
    private struct Report: Decodable {
        var ip: String
        var port: String
        var timestamp: Int64
    }

    let workerID: Int64
    /// The address at which the server listens.
    let address: String
    let host: String
    /// The time of its last report; nil where the node does not say.
    let reportedAtMilliseconds: Int64?

    init(workerID: Int64, name: String, content: [UInt8]) {
        self.workerID = workerID
        let listener = name.split(separator: "-").first.map { String($0) } ?? name
        do {
            let report = try JSONDecoder().decode(Report.self, from: Data(content))
            let isTime = (0...WorkerRecord.lastMilliseconds).contains(report.timestamp)
            reportedAtMilliseconds = isTime ? report.timestamp : nil
            (host, address) = (report.ip, "\(report.ip):\(report.port)")
        } catch {
            // It holds its worker ID all the same, and for ever: since when it has been silent is not known.
            reportedAtMilliseconds = nil
            (host, address) = (listener, listener)
        }
    }

    /// A server that has not started yet.
    init(toCome workerID: Int64) {
        self.workerID = workerID
        reportedAtMilliseconds = nil
        (host, address) = ("a Leaf server to come", "")
    }

    /// The time from which its worker ID is free; nil for never, unless servers silent for so long are known to be
    /// stopped.
    func horizonMilliseconds(retiredAfter: Duration?) -> Int64 {
        guard let retiredAfter, let reportedAtMilliseconds else { return WorkerRecord.lastMilliseconds }
        return min(reportedAtMilliseconds + retiredAfter.wholeMilliseconds, WorkerRecord.lastMilliseconds)
    }

    /// The record of the worker ID, of which Frond may have one of its own.
    ///
    /// Frond's own holds where it begins at the end of Leaf's: it was taken after that. Otherwise the worker ID is
    /// Leaf's, with a token that no server of Frond has, so that one that had taken it loses it.
    func record(over own: WorkerRecord?, retiredAfter: Duration?) -> WorkerRecord {
        let horizon = horizonMilliseconds(retiredAfter: retiredAfter)
        if let own, own.floorMilliseconds >= horizon { return own }
        return WorkerRecord(
            workerID: workerID,
            holder: WorkerHolder(
                host: host, processID: 0, startedAtMilliseconds: 0, address: address, version: "Leaf"),
            isReleased: false, floorMilliseconds: own?.horizonMilliseconds ?? 0,
            horizonMilliseconds: max(horizon, own?.horizonMilliseconds ?? 0), token: (own?.token ?? 0) + 1,
            updatedAtMilliseconds: reportedAtMilliseconds ?? 0)
    }
}
