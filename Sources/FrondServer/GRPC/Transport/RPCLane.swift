import Frond
import NIOCore

/// Answers the unary calls of one connection on its event loop, where their IDs can be had at once.
///
/// Remembers the last few messages by their bytes: a client mostly asks for the same again and again.
final class RPCLane {
    /// Messages that are remembered.
    private static let capacity = 8
    /// Longer messages are not remembered.
    private static let longestMessage = 512

    private let generators: ServedGenerators
    private let door: LaneDoor
    private let maxCount: Int
    private var remembered: [(head: CallHead, bytes: ByteBuffer, source: LaneSource)] = []
    private var oldest = 0
    /// The state of the tags' settings, and of the door, when sources were last found.
    private var version = 0

    /// The state of all that sources rest on.
    var sourcesVersion: Int { generators.issuer.version &+ door.version }

    init(generators: ServedGenerators, door: LaneDoor, maxCount: Int) {
        self.generators = generators
        self.door = door
        self.maxCount = maxCount
    }

    /// The answer to a call whose request is complete, and its source; nil where it takes the ordinary way.
    /// - Parameter data: the message with its prefix.
    func answer(_ head: CallHead, _ data: ByteBuffer) -> (source: LaneSource, answer: ByteBuffer)? {
        let version = sourcesVersion
        if version != self.version {
            remembered.removeAll()
            self.version = version
        }
        for index in remembered.indices
        where remembered[index].bytes == data && remembered[index].head.path == head.path
            && remembered[index].head.sender == head.sender
        {
            if let answer = Self.answer(of: remembered[index].source) { return answer }
            // The generator may be one that was forgotten: look for it anew next time.
            remembered.remove(at: index)
            return nil
        }
        guard data.readableBytes <= Self.longestMessage,
            data.getInteger(at: data.readerIndex, as: UInt8.self) == 0,
            data.getInteger(at: data.readerIndex + 1, as: UInt32.self).map(Int.init)
                == data.readableBytes - MessageDeframer.prefixLength
        else { return nil }
        let message = data.getSlice(
            at: data.readerIndex + MessageDeframer.prefixLength,
            length: data.readableBytes - MessageDeframer.prefixLength)
        guard let message,
            let source = generators.laneSource(path: head.path, message: message, maxCount: maxCount)?
                .admitted(by: door, head.sender)
        else { return nil }
        remember(head, data, source)
        return Self.answer(of: source)
    }

    private static func answer(of source: LaneSource) -> (source: LaneSource, answer: ByteBuffer)? {
        var answer = ByteBuffer()
        return source.writeAnswer(to: &answer) ? (source, answer) : nil
    }

    private func remember(_ head: CallHead, _ data: ByteBuffer, _ source: LaneSource) {
        // A copy: a slice would keep all that was read with it.
        let entry = (head: head, bytes: ByteBuffer(bytes: data.readableBytesView), source: source)
        if remembered.count < Self.capacity {
            remembered.append(entry)
        } else {
            oldest = (oldest + 1) % Self.capacity
            remembered[oldest] = entry
        }
    }
}
