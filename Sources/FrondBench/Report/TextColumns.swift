import TextTable

/// A table of text: the first column flush left, the others flush right.
package struct TextColumns: CustomStringConvertible {
    private let header: [String]
    private var rows: [[String]] = []

    package init(header: [String]) {
        self.header = header
    }

    package mutating func add(_ row: [String]) {
        precondition(row.count == header.count, "a row has as many cells as the header")
        rows.append(row)
    }

    package var description: String {
        let table = TextTable<[String]> { [header] row in
            zip(header, row).enumerated().map { index, cell in
                // The space before is a second one between the columns.
                index == 0
                    ? Column(title: cell.0, value: cell.1)
                    : Column(title: " \(cell.0)", value: " \(cell.1)", align: .right)
            }
        }
        let text = table.string(for: rows, style: Style.plain) ?? header.joined(separator: "  ")
        return String(text.reversed().drop { $0 == "\n" }.reversed())
    }
}
