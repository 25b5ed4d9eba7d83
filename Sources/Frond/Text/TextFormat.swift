/// The notation of an ID: a number alone, such as `base62` or `hex=16`, or a text around it, such as
/// `ORD-{date}-{number:6}`.
///
/// Two numbers never have the same text, nor have two dates: all but the number has a fixed length, so that the place
/// of each part is known.
public struct TextFormat: Hashable, Sendable {
    private enum Part: Hashable, Sendable {
        case literal(String)
        case date
        case number
    }

    /// Bytes of the text of a format.
    static let longest = 128

    /// The notation of the number.
    public let number: NumberFormat
    private let parts: [Part]

    /// The decimal alone.
    public static let decimal = TextFormat(NumberFormat())

    public init(_ number: NumberFormat) {
        self.number = number
        parts = [.number]
    }

    private init(_ number: NumberFormat, _ parts: [Part]) {
        self.number = number
        self.parts = parts
    }

    /// True if the text contains the date.
    public var hasDate: Bool { parts.contains(.date) }

    /// The text of a number.
    /// - Parameters:
    ///   - number: 0 or more.
    ///   - date: as `{date}` is to say it, such as `20261122`.
    /// - Returns: nil for a number that a fixed width cannot hold.
    public func text(of number: Int64, date: String = "") -> String? {
        guard let digits = self.number.text(of: number) else { return nil }
        var text = ""
        for part in parts {
            switch part {
            case .literal(let literal): text += literal
            case .date: text += date
            case .number: text += digits
            }
        }
        return text
    }

    /// The number and the date of a text.
    /// - Parameter dateLength: how many characters a date has.
    /// - Returns: nil for a text that this does not write.
    public func read(_ text: some StringProtocol, dateLength: Int) -> (number: Int64, date: String)? {
        var rest = Substring(text)
        var date = ""
        // From both sides to the number, which has the rest.
        let place = parts.firstIndex(of: .number) ?? 0
        for part in parts[..<place] {
            guard let length = length(of: part, dateLength), rest.count >= length else { return nil }
            guard Self.take(part, rest.prefix(length), &date) else { return nil }
            rest = rest.dropFirst(length)
        }
        for part in parts[(place + 1)...].reversed() {
            guard let length = length(of: part, dateLength), rest.count >= length else { return nil }
            guard Self.take(part, rest.suffix(length), &date) else { return nil }
            rest = rest.dropLast(length)
        }
        return number.number(in: rest).map { ($0, date) }
    }

    private func length(of part: Part, _ dateLength: Int) -> Int? {
        switch part {
        case .literal(let literal): literal.count
        case .date: dateLength
        case .number: nil
        }
    }

    private static func take(_ part: Part, _ text: Substring, _ date: inout String) -> Bool {
        switch part {
        case .literal(let literal): return text == literal
        case .date:
            date = String(text)
            return text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        case .number: return false
        }
    }
}

extension TextFormat: CustomStringConvertible {
    /// The text that ``init(_:)-(String)`` reads.
    public var description: String {
        if parts == [.number] { return number.description }
        return parts.map { part in
            switch part {
            case .literal(let literal): literal.replacing("{", with: "{{").replacing("}", with: "}}")
            case .date: "{date}"
            case .number: number == NumberFormat() ? "{number}" : "{number:\(number.shortDescription)}"
            }
        }.joined()
    }

    /// - Parameter text: a number's form, `decimal`, `base62`, `base36`, `base32` or `hex`, with `:8` for at least 8
    ///   digits and `=8` for exactly 8; or a text with one `{number}` or `{number:FORM}`, at most one `{date}`, and
    ///   `{{` and `}}` for braces. Printable ASCII, up to 128 characters.
    /// - Throws: `invalidArgument`, naming what is wrong.
    public init(_ text: String) throws(FrondError) {
        guard !text.isEmpty, text.utf8.count <= Self.longest, text.utf8.allSatisfy({ (0x20...0x7e).contains($0) })
        else {
            throw FrondError(
                .invalidArgument,
                "a format is 1 to \(Self.longest) printable ASCII characters, such as 'ORD-{date}-{number:6}'")
        }
        guard text.contains(where: { $0 == "{" || $0 == "}" }) else {
            self.init(try NumberFormat(Substring(text)))
            return
        }
        var reader = FormatReader(text)
        var parts: [Part] = []
        var number: NumberFormat?
        while let piece = try reader.next() {
            switch piece {
            case .literal(let literal): parts.append(.literal(literal))
            case .field("date"):
                guard !parts.contains(.date) else { throw Self.refusal(of: text, "{date} stands twice") }
                parts.append(.date)
            case .field(let field) where field == "number" || field.hasPrefix("number:"):
                guard number == nil else { throw Self.refusal(of: text, "{number} stands twice") }
                number = field == "number" ? NumberFormat() : try NumberFormat(field.dropFirst("number:".count))
                parts.append(.number)
            case .field(let field): throw Self.refusal(of: text, "unknown field {\(field)}; use {number} or {date}")
            }
        }
        guard let number else { throw Self.refusal(of: text, "it lacks {number}") }
        self.init(number, parts)
    }

    private static func refusal(of text: String, _ reason: String) -> FrondError {
        FrondError(.invalidArgument, "format '\(text)' cannot be used: \(reason)")
    }
}
