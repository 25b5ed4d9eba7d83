package import Frond

// The one place where generators become numbers on the wire, and numbers become generators.

extension Frond_V1_Generator {
    /// - Parameter kind: nil for those of the tag.
    package init(_ kind: GeneratorKind?, version: UUIDVersion? = nil) {
        self =
            switch kind {
            case nil: .unspecified
            case .segment: .segment
            case .snowflake: .snowflake
            case .redis: .redis
            case .ticket: .ticket
            case .uuid: version == .random ? .uuidV4 : .uuid
            }
    }
}

extension Frond_V1_Generator {
    /// The names that ``init(named:)`` reads.
    package static var names: String { GeneratorKind.names }

    /// Nil for an unknown name.
    package init?(named name: String) {
        guard let (kind, version) = try? GeneratorKind.named(name) else { return nil }
        self.init(kind, version: version)
    }
}

extension GeneratorKind {
    /// Nil for no generator in particular.
    /// - Throws: `invalidArgument` for a generator of a later version.
    package static func of(_ generator: Frond_V1_Generator) throws(FrondError) -> GeneratorKind? {
        switch generator {
        case .unspecified: nil
        case .segment: .segment
        case .snowflake: .snowflake
        case .redis: .redis
        case .ticket: .ticket
        case .uuid, .uuidV4: .uuid
        case .UNRECOGNIZED(let number):
            throw FrondError(
                .invalidArgument,
                "unknown generator \(number); use 0 for those of the tag, or one that this server's version knows")
        }
    }
}

extension IssueRequest {
    /// - Throws: `invalidArgument` for a name that is no tag, an unknown generator, or an unknown format.
    package init(tag: String, _ generator: Frond_V1_Generator, format: String) throws(FrondError) {
        self.init(
            try Tag(tag), by: try GeneratorKind.of(generator), format: format.isEmpty ? nil : try TextFormat(format),
            uuidVersion: generator == .uuidV4 ? .random : nil)
    }
}
