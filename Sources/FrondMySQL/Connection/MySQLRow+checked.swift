import Frond

/// Values of a row that somebody may have edited by hand.
extension MySQLRow {
    /// - Parameters:
    ///   - record: what the row is, for the error.
    ///   - range: the values that can be right.
    /// - Throws: `storeCorrupt` naming the column where there is no integer, or one out of range.
    func number(
        _ column: String, of record: String, in range: ClosedRange<Int64> = .min ... .max
    ) throws(FrondError) -> Int64 {
        guard let number = integer(column) else {
            let found = text(column).map { "'\($0)'" } ?? "NULL"
            throw FrondError(.storeCorrupt, "\(record) cannot be right: \(column) is \(found), not an integer")
        }
        guard range.contains(number) else {
            throw FrondError(
                .storeCorrupt,
                "\(record) cannot be right: \(column) is \(number), not \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func integer(_ column: String) -> Int64? {
        guard case .integer(let number) = self[column] else { return nil }
        return number
    }

    func text(_ column: String) -> String? {
        guard case .text(let text) = self[column] else { return nil }
        return text
    }
}
