import Frond
import FrondAPI
import NIOCore
import SwiftProtobuf

/// The origin of the answers to one request that comes again and again.
enum LaneSource {
    case number(any IDGenerator<Int64>, Frond_V1_Generator)
    case run(SegmentGenerator, count: Int, Frond_V1_Generator)
    case uuid(any TagGenerating, Tag, Frond_V1_Generator)

    /// The largest answer to a request for one ID, with its prefix.
    private static let longestAnswer = 64

    /// The bytes of an answer with their prefix; nil where it cannot be had at once.
    func answer(_ allocator: ByteBufferAllocator) -> ByteBuffer? {
        switch self {
        case .number(let generator, let kind):
            guard let number = generator.nextIfReady() else { return nil }
            var output = allocator.buffer(capacity: Self.longestAnswer)
            output.writePrefixed { message in
                message.writeInteger(UInt8(1 << 3))
                message.writeVarint(UInt64(bitPattern: number))
                message.writeInteger(UInt8(4 << 3))
                message.writeVarint(UInt64(kind.rawValue))
            }
            return output
        case .run(let generator, let count, let kind):
            guard let run = generator.nextRunIfReady(count: count) else { return nil }
            return encoded(.with { ($0.runs, $0.generator) = ([Frond_V1_NumberRun(run)], kind) }, allocator)
        case .uuid(let generator, let tag, let kind):
            guard case .uuids(let uuids)? = generator.issueIfReady(tag, upTo: 1), let uuid = uuids.first else {
                return nil
            }
            return encoded(Frond_V1_NextResponse.with { ($0.uuid, $0.generator) = (uuid.description, kind) }, allocator)
        }
    }

    private func encoded(_ message: Frond_V1_NextBatchResponse, _ allocator: ByteBufferAllocator) -> ByteBuffer? {
        encoded(any: message, allocator)
    }

    private func encoded(_ message: Frond_V1_NextResponse, _ allocator: ByteBufferAllocator) -> ByteBuffer? {
        encoded(any: message, allocator)
    }

    private func encoded(any message: some Message, _ allocator: ByteBufferAllocator) -> ByteBuffer? {
        guard let bytes: [UInt8] = try? message.serializedBytes() else { return nil }
        var output = allocator.buffer(capacity: bytes.count + MessageDeframer.prefixLength)
        output.writePrefixed { $0.writeBytes(bytes) }
        return output
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
    /// The origin of the answers to a call; nil until an ordinary call has used it, and for all that needs more than a
    /// generator. Holds as long as ``IDIssuer/version`` stays.
    func laneSource(path: String, message: ByteBuffer, maxCount: Int) -> LaneSource? {
        let bytes = Array(message.readableBytesView)
        if path == LanePath.next {
            guard let request = try? Frond_V1_NextRequest(serializedBytes: bytes), request.format.isEmpty,
                request.unknownFields.data.isEmpty, let tag = try? Tag(request.tag)
            else { return nil }
            return laneSource(request.generator, tag)
        }
        guard let request = try? Frond_V1_NextBatchRequest(serializedBytes: bytes), request.format.isEmpty,
            request.unknownFields.data.isEmpty, let tag = try? Tag(request.tag), request.generator == .segment,
            (1...maxCount).contains(Int(request.count)), issuer.isPlain(tag, by: .segment)
        else { return nil }
        return issuer.segments?.existingGenerator(for: tag).map {
            .run($0, count: Int(request.count), request.generator)
        }
    }

    private func laneSource(_ kind: Frond_V1_Generator, _ tag: Tag) -> LaneSource? {
        switch kind {
        case .segment:
            guard issuer.isPlain(tag, by: .segment) else { return nil }
            return issuer.segments?.existingGenerator(for: tag).map { .number($0, kind) }
        case .snowflake:
            guard issuer.isPlain(tag, by: .snowflake) else { return nil }
            return snowflake.map { .number($0.generator, kind) }
        case .uuid: return laneSource(kind, tag, version: nil)
        case .uuidV4: return laneSource(kind, tag, version: .random)
        default: return nil
        }
    }

    private func laneSource(_ kind: Frond_V1_Generator, _ tag: Tag, version: UUIDVersion?) -> LaneSource? {
        guard issuer.isPlain(tag, by: .uuid) else { return nil }
        return issuer.generators.source(.uuid, version: version).map { .uuid($0, tag, kind) }
    }
}
