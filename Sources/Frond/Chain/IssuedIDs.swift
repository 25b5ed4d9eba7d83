/// IDs that one generator gave for one request, in order.
package struct IssuedIDs: Sendable {
    package enum Values: Sendable {
        /// To be written as decimals.
        case numbers([NumberRun])
        case integers([Int64])
        case uuids([UUIDValue])
        /// As the tag's format, or the request's, writes them.
        case texts([String])
    }

    package var generator: GeneratorKind
    package var values: Values

    package init(generator: GeneratorKind, values: Values) {
        self.generator = generator
        self.values = values
    }
}

extension IssuedIDs.Values {
    /// The numbers, where they are numbers.
    var integers: [Int64]? {
        switch self {
        case .numbers(let runs): runs.flatMap(Array.init)
        case .integers(let integers): integers
        case .uuids, .texts: nil
        }
    }

    /// The least and the greatest number; nil where there are none.
    var bounds: ClosedRange<Int64>? {
        switch self {
        case .numbers(let runs):
            let filled = runs.filter { !$0.isEmpty }
            guard let least = filled.map(\.first).min(), let greatest = filled.map({ $0[$0.count - 1] }).max() else {
                return nil
            }
            return least...greatest
        case .integers(let integers):
            guard let least = integers.min(), let greatest = integers.max() else { return nil }
            return least...greatest
        case .uuids, .texts: return nil
        }
    }
}
