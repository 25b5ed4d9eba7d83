import Frond

extension MySQLRow: StoredRow {
    func integer(_ column: String) -> Int64? {
        guard case .integer(let number) = self[column] else { return nil }
        return number
    }

    func text(_ column: String) -> String? {
        guard case .text(let text) = self[column] else { return nil }
        return text
    }

    func shown(_ column: String) -> String { text(column).map { "'\($0)'" } ?? "NULL" }
}
