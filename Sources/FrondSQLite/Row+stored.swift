import Frond
import GRDB

extension Row: StoredRow {
    /// Integers alone: a number that SQLite would convert does not compare equal in a swap.
    package func integer(_ column: String) -> Int64? {
        guard case .int64(let number)? = value(column)?.storage else { return nil }
        return number
    }

    package func text(_ column: String) -> String? {
        guard case .string(let text)? = value(column)?.storage else { return nil }
        return text
    }

    package func shown(_ column: String) -> String { value(column).map { "\($0)" } ?? "missing" }

    private func value(_ column: String) -> DatabaseValue? {
        hasColumn(column) ? self[column] : nil
    }
}
