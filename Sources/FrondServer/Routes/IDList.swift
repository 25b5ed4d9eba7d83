import Frond
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
        case .uuids(let uuids): uuids.map(\.description)
        case .texts(let texts): texts
        }
    }

    private struct Body: Encodable {
        var tag: String
        var ids: [String]
    }

    /// True where the text is a JSON number too.
    private var isJSONNumber: Bool {
        switch values {
        case .numbers(let runs): runs.count == 1 && runs[0].count == 1
        case .uuids, .texts: false
        }
    }

    /// Returns the answer to a request. The IDs of a JSON object are strings, since JavaScript loses integers above
    /// 2^53.
    func response(to request: IDRequest) throws -> Response {
        switch request.form {
        case .object: try .json(Body(tag: request.request.tag.name, ids: strings))
        case .bareJSON where isJSONNumber: .bareJSON(text)
        case .text, .bareJSON: .text(text)
        }
    }
}
