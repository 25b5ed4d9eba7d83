extension Tag {
    /// Parts a tag's name from its period in the name of a record; no user can give a name with it.
    private static let separator: Character = "@"
    /// The longest name of a tag with periods: `@` and eight digits follow it in the names of its records.
    package static let longestWithPeriods = maximumLength - 9

    /// The name of the record that a tag's numbers of one period are reserved in, such as `order@20261123`.
    /// - Parameters:
    ///   - tag: of at most ``longestWithPeriods`` characters.
    ///   - period: the digits of its date: 4, 6 or 8.
    package init(_ tag: Tag, period: String) throws(FrondError) {
        try self.init(stored: "\(tag.name)\(Self.separator)\(period)")
    }

    /// A name as a store has it: a user's, or that of a period's record.
    package init(stored name: String) throws(FrondError) {
        let parts = name.split(separator: Self.separator, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            try self.init(name)
            return
        }
        let base = try Tag(parts[0])
        let isDate = [4, 6, 8].contains(parts[1].utf8.count) && parts[1].utf8.allSatisfy(Self.isDigit)
        guard isDate, base.name.utf8.count <= Self.longestWithPeriods else {
            throw FrondError(
                .storeCorrupt,
                "'\(name)' is not the name of a period's record: a tag of at most \(Self.longestWithPeriods) "
                    + "characters, '@' and 4, 6 or 8 digits")
        }
        self.init(unchecked: name)
    }

    /// The tag that this is a period's record of; nil for a tag of its own.
    package var periodTag: Tag? {
        guard let index = name.firstIndex(of: Self.separator) else { return nil }
        return Tag(unchecked: String(name[..<index]))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
