/// A parameter of a statement, or a value of a row.
enum MySQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    /// Also whatever is neither an integer of 64 bits nor NULL, as the server writes it.
    case text(String)
}

extension MySQLValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    init(integerLiteral value: Int64) { self = .integer(value) }
    init(stringLiteral value: String) { self = .text(value) }
}

extension MySQLValue {
    init(_ number: Int64?) { self = number.map { .integer($0) } ?? .null }
}

/// The result of a statement.
struct MySQLResult: Sendable {
    var rows: [MySQLRow] = []
    /// Rows that the condition of an UPDATE met, changed or not.
    var affectedRows: Int64 = 0
    /// The first number that this statement drew from an auto-increment.
    var insertID: Int64 = 0
}

/// One row, by the names of its columns.
struct MySQLRow: Sendable {
    var values: [String: MySQLValue]

    subscript(column: String) -> MySQLValue { values[column] ?? .null }
}
