import Frond
import FrondAPI
import NIOCore
import SwiftProtobuf

/// The source of the answers to one call that comes again and again.
struct LaneSource {
    /// No answer is longer, with its prefix.
    static let longestAnswer = 128

    let source: HotSource
    let generator: Frond_V1_Generator
    let tag: Tag
    let count: Int
    /// The limits that each call passes; nil for none.
    var gate: RequestGate?

    /// The source with the limits of a caller; nil where the call takes the ordinary way.
    func admitted(by door: LaneDoor, _ sender: RequestSender) -> LaneSource? {
        if door.isOpen { return self }
        guard let pass = door.pass(sender, of: tag, ids: count) else { return nil }
        var source = self
        source.gate = pass.gate
        return source
    }

    /// Writes the bytes of an answer with their prefix.
    /// - Returns: false where it cannot be had at once, or is beyond a limit, and nothing is written: the ordinary way
    ///   answers or refuses.
    func writeAnswer(to output: inout ByteBuffer) -> Bool {
        guard let gate else { return writeNext(to: &output) }
        guard gate.admit() == nil else { return false }
        if writeNext(to: &output) { return true }
        gate.forget()
        return false
    }

    private func writeNext(to output: inout ByteBuffer) -> Bool {
        switch source.next() {
        case .number(let number):
            output.writePrefixed { message in
                message.writeInteger(UInt8(1 << 3))
                message.writeVarint(UInt64(bitPattern: number))
                message.writeInteger(UInt8(4 << 3))
                message.writeVarint(UInt64(generator.rawValue))
            }
            return true
        case .run(let run):
            return write(
                Frond_V1_NextBatchResponse.with { ($0.runs, $0.generator) = ([.init(run)], generator) }, &output)
        case .uuidValue(let uuid):
            return write(
                Frond_V1_NextResponse.with { ($0.uuid, $0.generator) = (uuid.description, generator) }, &output)
        case nil: return false
        }
    }

    private func write(_ message: some Message, _ output: inout ByteBuffer) -> Bool {
        guard let bytes: [UInt8] = try? message.serializedBytes(),
            bytes.count <= Self.longestAnswer - MessageDeframer.prefixLength
        else { return false }
        output.writePrefixed { $0.writeBytes(bytes) }
        return true
    }
}

extension ByteBuffer {
    /// Writes a message with its prefix of gRPC: no compression, and its length.
    mutating func writePrefixed(_ write: (inout ByteBuffer) -> Void) {
        writeInteger(UInt8(0))
        let lengthIndex = writerIndex
        writeInteger(UInt32(0))
        let start = writerIndex
        write(&self)
        setInteger(UInt32(writerIndex - start), at: lengthIndex)
    }

    /// Writes an integer as protobuf does: seven bits a byte, the lowest first.
    mutating func writeVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            writeInteger(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        writeInteger(UInt8(rest))
    }
}

extension ServedGenerators {
    /// The source of the answers to a call; nil until an ordinary call has used it, and for all that needs more than a
    /// generator. Holds as long as ``IDIssuer/version`` stays.
    func laneSource(path: String, message: ByteBuffer, maxCount: Int) -> LaneSource? {
        let bytes = Array(message.readableBytesView)
        if path == LanePath.next {
            guard let request = try? Frond_V1_NextRequest(serializedBytes: bytes), request.unknownFields.data.isEmpty
            else { return nil }
            return laneSource(request.tag, request.generator, request.format, count: nil)
        }
        guard let request = try? Frond_V1_NextBatchRequest(serializedBytes: bytes), request.unknownFields.data.isEmpty,
            (1...maxCount).contains(Int(request.count))
        else { return nil }
        return laneSource(request.tag, request.generator, request.format, count: Int(request.count))
    }

    private func laneSource(
        _ tag: String, _ generator: Frond_V1_Generator, _ format: String, count: Int?
    ) -> LaneSource? {
        guard format.isEmpty, let request = try? IssueRequest(tag: tag, generator, format: ""),
            let kind = request.generator
        else { return nil }
        return source(of: kind, version: request.uuidVersion, for: request.tag, count: count)
            .map { LaneSource(source: $0, generator: generator, tag: request.tag, count: count ?? 1) }
    }
}
