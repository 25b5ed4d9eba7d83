import Foundation
package import Frond

/// The parts of a snowflake ID, for people and programs.
package struct DecodedID: Encodable {
    /// Strings, since JavaScript loses integers above 2^53.
    package var id: String
    package var time: String
    package var timeMilliseconds: String
    package var datacenter: Int64
    package var worker: Int64
    package var sequence: Int64

    /// - Throws: `invalidArgument` for a number that no ID of the layout can be.
    package init(_ id: Int64, layout: SnowflakeLayout) throws(FrondError) {
        let parts = try layout.decode(id)
        let milliseconds = layout.milliseconds(ofTick: parts.tick)
        self.id = String(id)
        timeMilliseconds = String(milliseconds)
        // Whole seconds and milliseconds apart: a Double between them would round.
        let seconds = Date(timeIntervalSince1970: Double(milliseconds / 1000)).formatted(.iso8601)
        time = seconds.replacing("Z", with: ".\(String(1000 + milliseconds % 1000).dropFirst())Z")
        datacenter = parts.datacenterID
        worker = parts.workerID
        sequence = parts.sequence
    }
}

/// The same in Leaf's words: local time, and datacenter and worker as one number.
struct LeafDecodedID: Encodable {
    var timestamp: String
    var workerId: String
    var sequenceId: String

    init(_ id: Int64, layout: SnowflakeLayout) throws(FrondError) {
        let parts = try layout.decode(id)
        let milliseconds = layout.milliseconds(ofTick: parts.tick)
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.dateFormat = "yyyy-MM-dd HH:mm:ss.SSS"
        let text = format.string(from: Date(timeIntervalSince1970: Double(milliseconds) / 1000))
        timestamp = "\(milliseconds)(\(text))"
        workerId = String(parts.datacenterID << Int64(layout.workerBits) | parts.workerID)
        sequenceId = String(parts.sequence)
    }
}
