import Frond
import NIOCore

/// The source of the answers of one hot path.
enum HotSource {
    case segment(SegmentGenerator)
    case range(SegmentGenerator, count: Int)
    case snowflake(SnowflakeGenerator)
    /// Every number is a question to a store: requests that come together ask it together.
    case queued(CounterGenerator, count: Int)

    /// Writes a complete response, if it can be had at once.
    func write(to output: inout ByteBuffer, head: inout ResponseHead) -> Bool {
        switch self {
        case .segment(let generator):
            guard let number = generator.nextIfReady() else { return false }
            head.write(number, to: &output)
        case .snowflake(let generator):
            guard let number = generator.nextIfReady() else { return false }
            head.write(number, to: &output)
        case .range(let generator, let count):
            guard let numbers = generator.nextRunIfReady(count: count) else { return false }
            head.write(numbers, to: &output)
        case .queued: return false
        }
        return true
    }
}

/// A generator whose IDs the event loop can get by itself.
protocol HotAnswering {
    /// Where the IDs of a tag come from; nil where they have to take the ordinary route.
    /// - Parameter count: nil for one.
    func hotSource(for tag: Tag, count: Int?) -> HotSource?
}

extension SegmentGenerators: HotAnswering {
    func hotSource(for tag: Tag, count: Int?) -> HotSource? {
        existingGenerator(for: tag).map { generator in
            count.map { .range(generator, count: $0) } ?? .segment(generator)
        }
    }
}

extension IssuingSnowflake: HotAnswering {
    /// A batch of snowflake IDs is no range.
    func hotSource(for tag: Tag, count: Int?) -> HotSource? { count == nil ? .snowflake(generator) : nil }
}

extension IssuingCounters: HotAnswering {
    func hotSource(for tag: Tag, count: Int?) -> HotSource? {
        generators.existingGenerator(for: tag).map { .queued($0, count: count ?? 1) }
    }
}
