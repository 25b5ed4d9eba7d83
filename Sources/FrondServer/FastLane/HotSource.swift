import Frond
import NIOCore

/// The source of the answers of one hot request, by any protocol.
enum HotSource {
    case segment(SegmentGenerator)
    case range(SegmentGenerator, count: Int)
    case snowflake(SnowflakeGenerator)
    case timeOrderedUUIDs(IssuingUUIDs<TimeOrderedUUIDGenerator>)
    case randomUUIDs(IssuingUUIDs<RandomUUIDGenerator>)
    /// Every number is a question to a store: requests that come together ask it together.
    case queued(CounterGenerator, count: Int)

    /// Returns the next answer; nil if it cannot be had at once.
    @inline(__always)
    func next() -> HotAnswer? {
        switch self {
        case .segment(let generator): return generator.nextIfReady().map { .number($0) }
        case .snowflake(let generator): return generator.nextIfReady().map { .number($0) }
        case .range(let generator, let count): return generator.nextRunIfReady(count: count).map { .run($0) }
        case .timeOrderedUUIDs(let generator): return generator.nextIfReady().map { .uuidValue($0) }
        case .randomUUIDs(let generator): return generator.nextIfReady().map { .uuidValue($0) }
        case .queued: return nil
        }
    }
}

/// The IDs of one hot request.
enum HotAnswer {
    case number(Int64)
    case run(NumberRun)
    case uuidValue(UUIDValue)
}

/// A generator whose IDs the event loop can get by itself.
protocol HotAnswering {
    /// The source of the IDs of a tag; nil if they have to take the ordinary route.
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

extension IssuingUUIDs: HotAnswering {
    func hotSource(for tag: Tag, count: Int?) -> HotSource? {
        guard count == nil else { return nil }
        if let source = self as? IssuingUUIDs<TimeOrderedUUIDGenerator> { return .timeOrderedUUIDs(source) }
        return (self as? IssuingUUIDs<RandomUUIDGenerator>).map { .randomUUIDs($0) }
    }
}

extension IssuingCounters: HotAnswering {
    func hotSource(for tag: Tag, count: Int?) -> HotSource? {
        generators.existingGenerator(for: tag).map { .queued($0, count: count ?? 1) }
    }
}
