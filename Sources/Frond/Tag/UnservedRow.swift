/// A row of a store that cannot be served, such as one of Leaf's whose name is not a tag.
public struct UnservedRow: Hashable, Sendable {
    /// The name in the row, as it is.
    public var name: String
    /// The reason, and the cure.
    public var reason: String

    public init(name: String, reason: String) {
        self.name = name
        self.reason = reason
    }

    /// The name with what a terminal or a log would act on made visible.
    public var shownName: String { name.printable(limit: 300) }
}

extension UnservedRow {
    /// A row of a database whose name is not a tag.
    /// - Parameters:
    ///   - name: the name in the row.
    ///   - column: its place, such as `leaf_alloc.biz_tag`.
    /// - Returns: nil for a name that is a tag, or the name of a period's record.
    package init?(name: String, table: String, column: String) {
        guard (try? Tag(stored: name)) == nil else { return nil }
        let length = name.unicodeScalars.count
        let fault =
            switch length {
            case 0: "its name is empty"
            case (Tag.maximumLength + 1)...:
                "its name has \(length) characters, and a tag has at most \(Tag.maximumLength)"
            default: "its name has characters other than A-Z a-z 0-9 . _ : -"
            }
        self.init(name: name, reason: "")
        let quoted = shownName.replacing("'", with: "''")
        reason =
            "\(fault): rename it with UPDATE \(table) SET \(column) = 'a tag' WHERE \(column) = '\(quoted)', and ask "
            + "for the "
            + "new name"
    }

    /// The error for a request that means this row, or that the database takes for it.
    package func error(of tag: Tag) -> FrondError {
        FrondError(.storeCorrupt, "the row of tag '\(tag)' has the name '\(shownName)' and is not served: \(reason)")
    }
}
