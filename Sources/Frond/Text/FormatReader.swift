/// Takes the text of a format apart.
struct FormatReader {
    enum Piece: Equatable {
        case literal(String)
        /// The text between braces.
        case field(Substring)
    }

    private let text: String
    private var rest: Substring

    init(_ text: String) {
        self.text = text
        rest = text[...]
    }

    /// The next piece; nil at the end.
    /// - Throws: `invalidArgument` for a brace without its counterpart.
    mutating func next() throws(FrondError) -> Piece? {
        var literal = ""
        while let character = rest.first {
            let isBrace = character == "{" || character == "}"
            if isBrace, rest.dropFirst().first == character {
                literal.append(character)
                rest = rest.dropFirst(2)
            } else if isBrace {
                return literal.isEmpty ? .field(try field()) : .literal(literal)
            } else {
                literal.append(character)
                rest = rest.dropFirst()
            }
        }
        return literal.isEmpty ? nil : .literal(literal)
    }

    private mutating func field() throws(FrondError) -> Substring {
        guard rest.first == "{", let end = rest.firstIndex(of: "}") else {
            throw FrondError(
                .invalidArgument, "format '\(text)' cannot be used: a brace stands alone; write it twice for one brace")
        }
        let field = rest[..<end].dropFirst()
        rest = rest[rest.index(after: end)...]
        return field
    }
}
