import Frond

/// The tags of the contract.
extension IssuingContract {
    func prepare(_ store: any SegmentStore) async throws {
        let scramble = TagOptions(scrambleKey: try Self.scrambleKey().fingerprint)
        let settings: [(String, TagSettings)] = [
            ("plain", TagSettings(step: 20_000)),
            ("formatted", TagSettings(options: TagOptions(format: try TextFormat("ORD-{number:6}")))),
            ("open", TagSettings(options: TagOptions(format: try TextFormat("O{number}"), onlyItsFormat: false))),
            ("closed", TagSettings(options: TagOptions(onlyItsFormat: true))),
            (
                "periodic",
                TagSettings(
                    options: TagOptions(
                        format: try TextFormat("{date}-{number:3}"), period: TagPeriod(.day), onlyItsFormat: false))
            ),
            ("scrambled", TagSettings(maxValue: 1000, options: scramble)),
            ("chained", TagSettings(options: TagOptions(generators: [.redis, .segment]))),
            ("retired", TagSettings(options: TagOptions(isRetired: true))),
            ("short", TagSettings(step: 2, maxValue: 3)),
        ]
        for (name, settings) in settings { _ = try await store.create(try Tag(name), settings) }
    }
}
