extension StringProtocol {
    /// Returns the text on one line and without effect on a terminal: control characters, format characters and line
    /// separators are written as `\u{1b}`.
    ///
    /// For all text that may come from a client or a store, wherever people read it: logs, errors, tables.
    /// - Parameter limit: the number of characters after which the rest is left out, and "…" says so.
    package func printable(limit: Int = 4096) -> String {
        let shown = prefix(limit)
        let isCut = shown.endIndex < endIndex
        guard isCut || !shown.unicodeScalars.allSatisfy(\.isPrintable) else { return String(self) }
        var text = shown.unicodeScalars.reduce(into: "") { text, scalar in
            text += scalar.isPrintable ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
        }
        if isCut { text += "…" }
        return text
    }
}

extension Unicode.Scalar {
    fileprivate var isPrintable: Bool {
        guard value >= 0x80 else { return value >= 0x20 && value != 0x7f }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
        default: true
        }
    }
}
