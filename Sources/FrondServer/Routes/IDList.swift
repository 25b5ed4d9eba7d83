import Frond
import HTTPTypes
import Hummingbird
import NIOCore

/// The IDs of one answer, in order.
struct IDList {
    let values: IssuedIDs.Values

    /// One a line; the last line has no end, so that a single ID is the ID alone.
    var text: ByteBuffer {
        var buffer = ByteBuffer()
        switch values {
        case .numbers(let runs):
            for run in runs {
                if buffer.writerIndex > 0 { buffer.writeInteger(UInt8(ascii: "\n")) }
                buffer.writeDecimals(run)
            }
        case .integers(let integers):
            for integer in integers {
                if buffer.writerIndex > 0 { buffer.writeInteger(UInt8(ascii: "\n")) }
                buffer.writeDecimal(integer)
            }
        case .uuids(let uuids):
            for uuid in uuids {
                if buffer.writerIndex > 0 { buffer.writeInteger(UInt8(ascii: "\n")) }
                buffer.writeString(uuid.description)
            }
        case .texts(let texts):
            for text in texts {
                if buffer.writerIndex > 0 { buffer.writeInteger(UInt8(ascii: "\n")) }
                buffer.writeString(text)
            }
        }
        return buffer
    }

    private var strings: [String] {
        switch values {
        case .numbers(let runs): runs.flatMap { $0.map(String.init) }
        case .integers(let integers): integers.map(String.init)
        case .uuids(let uuids): uuids.map(\.description)
        case .texts(let texts): texts
        }
    }

    private struct Body: Encodable {
        var tag: String
        var ids: [String]
    }

    /// Text, or JSON where the client asked for it: strings, since JavaScript loses integers above 2^53.
    func response(tag: Tag, to request: Request) throws -> Response {
        guard request.headers[values: .accept].contains(where: { $0.lowercased().contains("application/json") }) else {
            return .text(text)
        }
        return try .json(Body(tag: tag.name, ids: strings))
    }
}
