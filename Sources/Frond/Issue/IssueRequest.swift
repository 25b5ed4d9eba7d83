/// A wish for IDs of a tag, without their count: equal requests can be answered together.
package struct IssueRequest: Hashable, Sendable {
    package var tag: Tag
    /// The only generator to ask; nil for those of the tag, in its order.
    package var generator: GeneratorKind?
    /// The format that takes the place of the tag's own.
    package var format: TextFormat?
    /// The version of UUIDs; nil for ``UUIDVersion/timeOrdered``.
    package var uuidVersion: UUIDVersion?

    package init(
        _ tag: Tag, by generator: GeneratorKind? = nil, format: TextFormat? = nil, uuidVersion: UUIDVersion? = nil
    ) {
        self.tag = tag
        self.generator = generator
        self.format = format
        self.uuidVersion = uuidVersion
    }

    /// Checks that the parameters fit each other.
    /// - Throws: `invalidArgument`, naming the parameter that cannot be honoured and the cure.
    package func check() throws(FrondError) {
        if let format, generator?.makesNumbers == false {
            throw FrondError(
                .invalidArgument,
                "format '\(format)' cannot be applied to UUIDs; leave out the format or ask for a generator of numbers")
        }
        if let uuidVersion, generator?.makesNumbers != false {
            throw FrondError(
                .invalidArgument,
                "version \(uuidVersion.rawValue) applies to UUIDs only; leave it out or ask for the generator uuid")
        }
    }
}
