package import Frond

/// A message that carries the IDs of one request.
package protocol IssuedIDsMessage {
    var runs: [Frond_V1_NumberRun] { get set }
    var uuids: [String] { get set }
    var texts: [String] { get set }
    var generator: Frond_V1_Generator { get set }
}

extension Frond_V1_NextBatchResponse: IssuedIDsMessage {}
extension Frond_V1_StreamResponse: IssuedIDsMessage {}

extension IssuedIDsMessage {
    package mutating func set(_ ids: IssuedIDs, version: UUIDVersion?) {
        generator = Frond_V1_Generator(ids.generator, version: version)
        switch ids.values {
        case .numbers(let runs): self.runs = runs.map { Frond_V1_NumberRun($0) }
        case .uuids(let uuids): self.uuids = uuids.map(\.description)
        case .texts(let texts): self.texts = texts
        }
    }

    /// The IDs of the answer to a request for `count` of them.
    /// - Parameter asked: the generator that was asked; for a server that does not say which one answered.
    /// - Throws: `storeCorrupt` for more or fewer IDs, and for numbers that cannot be.
    package func ids(count: Int, asked: GeneratorKind?) throws(FrondError) -> IssuedIDs {
        // Counted before they are written out: a server may claim any number.
        var missing = Int64(count)
        for run in runs where missing >= 0 { missing -= min(run.count, missing + 1) }
        guard missing == Int64(uuids.count + texts.count),
            [runs.isEmpty, uuids.isEmpty, texts.isEmpty].count(where: { !$0 }) == 1
        else {
            throw FrondError(.storeCorrupt, "a server answered with other than the \(count) IDs that were wanted")
        }
        guard let generator = try GeneratorKind.of(generator) ?? asked else {
            throw FrondError(.storeCorrupt, "a server answered with IDs and did not name their generator")
        }
        if !texts.isEmpty { return IssuedIDs(generator: generator, values: .texts(texts)) }
        if !uuids.isEmpty { return IssuedIDs(generator: generator, values: .uuids(try uuids.map(Self.uuid))) }
        var numbers: [NumberRun] = []
        for run in runs { numbers.append(try NumberRun(run)) }
        return IssuedIDs(generator: generator, values: .numbers(numbers))
    }

    private static func uuid(_ text: String) throws(FrondError) -> UUIDValue {
        guard let uuid = UUIDValue(text) else {
            throw FrondError(.storeCorrupt, "a server answered with '\(text)', which is not a UUID")
        }
        return uuid
    }
}

extension Frond_V1_NextResponse {
    package init(_ ids: IssuedIDs, version: UUIDVersion?) {
        self.init()
        generator = Frond_V1_Generator(ids.generator, version: version)
        switch ids.values {
        case .numbers(let runs): number = runs.first?.first ?? 0
        case .uuids(let uuids): uuid = uuids.first?.description ?? ""
        case .texts(let texts): text = texts.first ?? ""
        }
    }
}
