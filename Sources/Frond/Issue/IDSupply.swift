/// IDs that were issued for several requests, handed to one after the other.
package struct IDSupply: Sendable {
    private let generator: GeneratorKind
    private var numbers = NumberSupply()
    private var uuids: ArraySlice<UUIDValue> = []

    /// - Parameter ids: numbers or UUIDs; texts are never supplied ahead of a request.
    package init(_ ids: IssuedIDs) {
        generator = ids.generator
        switch ids.values {
        case .numbers(let runs): numbers = NumberSupply(runs)
        case .uuids(let values): uuids = values[...]
        case .texts: break
        }
    }

    /// The count of the IDs that are left.
    package var count: Int { Int(numbers.count) + uuids.count }

    /// Takes the next IDs: `wanted` of them, or all that are left where those are fewer.
    package mutating func take(_ wanted: Int) -> IssuedIDs {
        if uuids.isEmpty {
            return IssuedIDs(generator: generator, values: .numbers(numbers.take(Int64(wanted))))
        }
        let taken = uuids.prefix(wanted)
        uuids = uuids.dropFirst(wanted)
        return IssuedIDs(generator: generator, values: .uuids(Array(taken)))
    }
}
