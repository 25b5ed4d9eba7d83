import Frond
import NIOCore

/// The source of the answers of one hot path.
enum HotSource {
    case one(any IDGenerator<Int64>)
    case range(SegmentGenerator, count: Int)
    /// Every number is a question to a store: requests that come together ask it together.
    case later(CounterGenerator, count: Int)

    /// Writes a complete response, if it can be had at once.
    func write(to output: inout ByteBuffer, head: inout ResponseHead) -> Bool {
        switch self {
        case .one(let generator):
            guard let number = generator.nextIfReady() else { return false }
            head.write(number, to: &output)
        case .range(let generator, let count):
            guard let numbers = generator.nextRunIfReady(count: count) else { return false }
            head.write(numbers, to: &output)
        case .later: return false
        }
        return true
    }
}
