import FrondAPI
import NIOCore

/// The number of bytes that the answer to a message will take, as far as the message tells.
enum AnswerCost {
    /// An answer of one ID or one run, with its frames.
    static let small = 64
    /// Answers of other methods.
    static let other = 1024
    /// An ID as text, such as a UUID, with its tag and length.
    private static let text = 40
    /// The generators whose IDs are texts, or may be: that of a tag's own is not known here.
    private static let ofTexts = Set(
        [Frond_V1_Generator.unspecified, .uuid, .uuidV4].map { UInt64($0.rawValue) })
    private static let unspecified = UInt64(Frond_V1_Generator.unspecified.rawValue)

    /// The fields of a request that say how large its answer is.
    struct Fields: Sendable {
        var generator: UInt64
        var count: UInt64
        var format: UInt64

        static let batch = Fields(generator: 2, count: 3, format: 4)
        static let stream = Fields(generator: 3, count: 4, format: 5)
    }

    /// The cost of a message.
    /// - Parameter maxCount: the most IDs that the server makes for one request.
    static func of(_ message: ByteBuffer, path: String, maxCount: Int) -> Int {
        switch path {
        case LanePath.next: return small
        case LanePath.nextBatch: return cost(message, .batch, maxCount)
        case LanePath.stream: return cost(message, .stream, maxCount)
        default: return other
        }
    }

    private static func cost(_ message: ByteBuffer, _ fields: Fields, _ maxCount: Int) -> Int {
        var (generator, count, hasFormat): (UInt64, UInt64, Bool) = (unspecified, 1, false)
        var rest = message
        while let key = varint(&rest) {
            let value: UInt64
            switch key & 7 {
            case 0:
                guard let number = varint(&rest) else { return small }
                value = number
            case 1:
                guard skip(8, &rest) else { return small }
                continue
            case 2:
                guard let length = varint(&rest), skip(length, &rest) else { return small }
                value = length
            case 5:
                guard skip(4, &rest) else { return small }
                continue
            default: return small
            }
            if key >> 3 == fields.generator { generator = value }
            if key >> 3 == fields.count { count = value }
            if key >> 3 == fields.format { hasFormat = value > 0 }
        }
        guard count > 1, count <= maxCount else { return small }
        let isText = hasFormat || ofTexts.contains(generator)
        return small + Int(count) * (isText ? text : 1)
    }

    private static func skip(_ length: UInt64, _ rest: inout ByteBuffer) -> Bool {
        guard length <= rest.readableBytes else { return false }
        rest.moveReaderIndex(forwardBy: Int(length))
        return true
    }

    private static func varint(_ rest: inout ByteBuffer) -> UInt64? {
        var (value, shift): (UInt64, UInt64) = (0, 0)
        while shift < 64, let byte = rest.readInteger(as: UInt8.self) {
            value |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
        return nil
    }
}
