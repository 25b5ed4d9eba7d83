extension IssueRequest {
    /// The generators to ask, in order, by the settings of the tag; at least one.
    /// - Parameter enabled: in the order in which the first answers for a tag that names none.
    /// - Throws: `generatorNotOfTag` for a generator that the tag does not name; `invalidArgument` for a format that
    ///   the tag forbids or that nothing could be written in.
    package func generators(
        by options: TagOptions, enabled: [GeneratorKind]
    ) throws(FrondError) -> [GeneratorKind] {
        try checkFormat(options)
        if let generator {
            try check(generator, options, enabled)
            return [generator]
        }
        let named = options.generators.isEmpty ? Array(enabled.prefix(1)) : options.generators
        // A format that was asked for is honoured, or the answer is an error.
        let chosen = format == nil ? named : named.filter(\.makesNumbers)
        guard chosen.isEmpty else { return chosen }
        throw FrondError(
            .invalidArgument,
            "tag '\(tag)' issues UUIDs, to which format '\(format ?? .decimal)' cannot be applied; leave out the format"
        )
    }

    private func check(
        _ generator: GeneratorKind, _ options: TagOptions, _ enabled: [GeneratorKind]
    ) throws(FrondError) {
        guard options.generators.isEmpty || options.generators.contains(generator) else {
            throw .notOfTag(tag, generator, options.generators)
        }
        // Its numbers begin at 1 as those of the record do: plain, they are two sequences of two routes; where the tag
        // says how its IDs are written, they would be the same texts.
        if generator.countsBesideRecord, options.generators.isEmpty, options.isWritten {
            throw .notOfTag(tag, generator, enabled.filter(\.countsInRecord))
        }
    }

    private func checkFormat(_ options: TagOptions) throws(FrondError) {
        guard let format, options.forbidsOtherFormats, format != options.format ?? .decimal else { return }
        let own = options.format.map { "'\($0)'" } ?? "decimal"
        throw FrondError(
            .invalidArgument,
            "tag '\(tag)' issues its IDs in its own format, \(own), and no other; leave out the format, or allow "
                + "others with 'frond tag set \(tag) --no-only-its-format'")
    }
}

extension FrondError {
    /// A generator that the tag does not name.
    package static func notOfTag(_ tag: Tag, _ generator: GeneratorKind, _ generators: [GeneratorKind]) -> FrondError {
        let names = generators.map(\.rawValue).joined(separator: ", ")
        return FrondError(
            .generatorNotOfTag,
            "tag '\(tag)' is not served by \(generator.rawValue): its generators are \(names); ask /api/id/\(tag)")
    }
}
