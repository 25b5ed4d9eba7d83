/// A row of a database that people may have edited by hand.
package protocol StoredRow {
    /// The integer in a column; nil for anything else, also for a number that the database would convert.
    func integer(_ column: String) -> Int64?
    /// The text in a column; nil for anything else.
    func text(_ column: String) -> String?
    /// The value in a column, for an error.
    func shown(_ column: String) -> String
}

extension StoredRow {
    /// The integer in a column.
    /// - Parameters:
    ///   - record: the name of the row, for the error.
    ///   - range: the values that can be right.
    /// - Throws: `storeCorrupt` naming the column where there is no integer, or one out of range.
    package func number(
        _ column: String, of record: String, in range: ClosedRange<Int64> = .min ... .max
    ) throws(FrondError) -> Int64 {
        guard let number = integer(column) else {
            throw FrondError(
                .storeCorrupt, "\(record) is invalid: \(column) is \(shown(column)), not an integer")
        }
        guard range.contains(number) else {
            throw FrondError(
                .storeCorrupt,
                "\(record) is invalid: \(column) is \(number), not \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
