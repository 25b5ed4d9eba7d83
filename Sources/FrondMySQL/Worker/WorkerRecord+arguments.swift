import Frond

extension WorkerRecord {
    /// The values of ``Statements/insertWorker`` and of the first part of ``Statements/swapWorker``, the worker ID
    /// being the last.
    var arguments: [MySQLValue] {
        [
            .integer(token), .integer(isReleased ? 1 : 0), .integer(floorMilliseconds), .integer(horizonMilliseconds),
            holder.map { .text(Self.fitting($0.host)) } ?? .null, .integer(holder?.processID ?? 0),
            .integer(holder?.startedAtMilliseconds ?? 0), .text(Self.fitting(holder?.address ?? "")),
            .text(Self.fitting(holder?.grpcAddress ?? "")), .text(Self.fitting(holder?.version ?? "", room: 64)),
            .integer(updatedAtMilliseconds), .text(layout?.text ?? ""),
            .text(secret?.text ?? ""), .integer(workerID),
        ]
    }

    /// A text for people is cut at the end of its column, rather than refused.
    private static func fitting(_ text: String, room: Int = 255) -> String {
        var fitting = String.UnicodeScalarView()
        fitting.append(contentsOf: text.unicodeScalars.prefix(room))
        return String(fitting)
    }
}
