/// The IDs that answer one request, in order, and the generator that made them.
///
/// As a sequence it is the IDs as text; ``numbers`` are the runs themselves, without a copy of each number.
public struct IssuedIDs: Sendable {
    /// The IDs by kind.
    public enum Values: Sendable {
        /// Numbers, written as decimals.
        case numbers([NumberRun])
        case uuids([UUIDValue])
        /// Texts in the format of the tag or of the request.
        case texts([String])
    }

    public var generator: GeneratorKind
    public var values: Values

    package init(generator: GeneratorKind, values: Values) {
        self.generator = generator
        self.values = values
    }

    /// The count of the IDs.
    public var count: Int {
        switch values {
        case .numbers(let runs): runs.reduce(0) { $0 + Int($1.count) }
        case .uuids(let uuids): uuids.count
        case .texts(let texts): texts.count
        }
    }

    /// The numbers as runs; nil where the IDs are UUIDs or texts.
    public var numbers: [NumberRun]? {
        guard case .numbers(let runs) = values else { return nil }
        return runs
    }

    /// Each ID as text.
    public var lines: [String] {
        switch values {
        case .numbers(let runs): runs.flatMap { $0.map(String.init) }
        case .uuids(let uuids): uuids.map(\.description)
        case .texts(let texts): texts
        }
    }

    /// The first ID as text; empty where there is none.
    package var firstLine: String {
        switch values {
        case .numbers(let runs): runs.first { !$0.isEmpty }.map { "\($0.first)" } ?? ""
        case .uuids(let uuids): uuids.first?.description ?? ""
        case .texts(let texts): texts.first ?? ""
        }
    }

    /// These IDs followed by others; nil where they are of different kinds or generators.
    package func appending(_ others: IssuedIDs) -> IssuedIDs? {
        guard generator == others.generator else { return nil }
        switch (values, others.values) {
        case (.numbers(let some), .numbers(let more)):
            return IssuedIDs(generator: generator, values: .numbers(some + more))
        case (.uuids(let some), .uuids(let more)):
            return IssuedIDs(generator: generator, values: .uuids(some + more))
        default: return nil
        }
    }
}

extension IssuedIDs: Sequence {
    public func makeIterator() -> IndexingIterator<[String]> { lines.makeIterator() }
    public var underestimatedCount: Int { count }
}

extension IssuedIDs.Values {
    /// The least and the greatest number; nil where there are none.
    var bounds: ClosedRange<Int64>? {
        guard case .numbers(let runs) = self else { return nil }
        let filled = runs.filter { !$0.isEmpty }
        guard let least = filled.map(\.first).min(), let greatest = filled.map({ $0[$0.count - 1] }).max() else {
            return nil
        }
        return least...greatest
    }
}
