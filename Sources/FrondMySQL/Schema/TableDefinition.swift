/// A table as `schema.sql` has it: its statement, and the definition of each column.
struct TableDefinition: Sendable {
    struct Column: Sendable {
        var name: String
        /// The definition after the name, such as `BIGINT NOT NULL DEFAULT 1`.
        var definition: String

        private var words: [Substring] { definition.split { $0 == " " || $0 == "(" || $0 == ")" || $0 == "," } }

        /// Such as `bigint`, as the server spells it.
        var type: String { words.first.map { $0.lowercased() } ?? "" }

        /// The number of characters that fit; nil for another type than text.
        var length: Int64? { type == "varchar" && words.count > 1 ? Int64(words[1]) : nil }

        /// The collation of texts; nil where nothing depends on it.
        var collation: String? {
            words.firstIndex(of: "COLLATE").flatMap { $0 + 1 < words.count ? String(words[$0 + 1]) : nil }
        }

        /// True if a column of this type, and so on, holds every value that this one does.
        func isMet(byType type: String, length: Int64?, collation: String?) -> Bool {
            guard type == self.type else { return false }
            if let wanted = self.length, wanted > length ?? 0 { return false }
            if let wanted = self.collation, wanted != collation { return false }
            return true
        }
    }

    var name: String
    /// `CREATE TABLE IF NOT EXISTS …`, without comments.
    var statement: String
    var columns: [Column]

    /// All tables of a text such as `schema.sql`: each column stands on a line of its own, and comments begin with
    /// `--`.
    static func all(in text: String) -> [TableDefinition] {
        statements(in: text).compactMap { statement in
            let heading = "CREATE TABLE IF NOT EXISTS "
            guard statement.hasPrefix(heading) else { return nil }
            let lines = statement.split(separator: "\n" as Character).map { $0.trimmed }
            let name = lines[0].dropFirst(heading.count).prefix { $0 != " " }
            let columns = lines.dropFirst().dropLast().compactMap(column)
            return TableDefinition(name: String(name), statement: statement, columns: columns)
        }
    }

    /// The statements of a text, without comments.
    static func statements(in text: String) -> [String] {
        let lines = text.split(separator: "\n" as Character).map { (line: Substring) -> Substring in
            let code = line.firstRange(of: "--").map { line[..<$0.lowerBound] } ?? line
            return code.trimmedEnd
        }
        let code = lines.filter { !$0.isEmpty }.joined(separator: "\n")
        return code.split(separator: ";" as Character).map { String($0.trimmed) }.filter { !$0.isEmpty }
    }

    private static func column(_ line: Substring) -> Column? {
        let name = line.prefix { $0 != " " }
        // Keys are in capitals: PRIMARY KEY, UNIQUE KEY.
        guard name.first?.isLowercase == true else { return nil }
        var definition = line.dropFirst(name.count).trimmed
        if definition.hasSuffix(",") { definition.removeLast() }
        return Column(name: String(name), definition: definition.split(separator: " ").joined(separator: " "))
    }
}

extension Substring {
    fileprivate var trimmedEnd: Substring {
        var text = self
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }

    fileprivate var trimmed: Substring { trimmedEnd.drop { $0.isWhitespace } }
}
