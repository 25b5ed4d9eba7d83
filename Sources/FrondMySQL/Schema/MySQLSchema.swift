public import Frond

/// The tables of Frond in a MariaDB or MySQL, and what a database lacks of them.
public struct MySQLSchema: Sendable {
    private let pool: MySQLPool

    /// The name of the database, for people.
    public var name: String { "\(pool.configuration)" }

    public init(_ configuration: MySQLConfiguration) {
        var single = configuration
        single.poolSize = 1
        // To add a column may take longer than to change a row.
        single.replyTimeout = max(configuration.replyTimeout, .seconds(60))
        pool = MySQLPool(single)
    }

    /// All tables, as SQL: `sql/mysql/schema.sql`.
    public static var text: String { Statements.schema }

    /// The statements, in order, that give the database all it lacks; none where it lacks nothing.
    ///
    /// A table that is there keeps its rows, and the columns that are not Frond's. What servers of Leaf do goes on
    /// working meanwhile and afterwards.
    /// - Throws: `storeUnavailable`, naming the cure.
    public func missing() async throws(FrondError) -> [String] {
        try await pool.run { session throws(FrondError) in
            var statements: [String] = []
            for table in TableDefinition.all(in: Statements.schema) {
                let rows = try session.read(Statements.columns, [.text(table.name)])
                let present = Dictionary(rows.map { ($0.text("name") ?? "", $0) }) { first, _ in first }
                if let statement = table.statement(given: present) { statements.append(statement) }
            }
            return statements
        }
    }

    /// The rows of tags that are not served, each with the reason and the cure.
    /// - Throws: `storeUnavailable`, naming the cure.
    public func unservedRows() async throws(FrondError) -> [UnservedRow] {
        try await MySQLSegmentStore(pool.configuration).unservedRows()
    }

    /// Gives the database all it lacks.
    /// - Returns: the statements that were run.
    /// - Throws: `storeUnavailable`, naming the cure; what was done by then stays, and another run does the rest.
    public func apply() async throws(FrondError) -> [String] {
        let statements = try await missing()
        return try await pool.run { session throws(FrondError) in
            for statement in statements { try session.run(statement) }
            return statements
        }
    }
}

extension TableDefinition {
    /// The statement that a table with these columns needs; nil for none.
    /// - Parameter present: rows of ``Statements/columns`` by name; none where there is no table.
    fileprivate func statement(given present: [String: MySQLRow]) -> String? {
        guard !present.isEmpty else { return statement }
        let changes = columns.compactMap { column -> String? in
            guard let row = present[column.name] else { return "ADD COLUMN \(column.name) \(column.definition)" }
            let isMet = column.isMet(
                byType: row.text("type")?.lowercased() ?? "", length: row.integer("length"),
                collation: row.text("collation"))
            return isMet ? nil : "MODIFY COLUMN \(column.name) \(column.definition)"
        }
        return changes.isEmpty ? nil : "ALTER TABLE \(name)\n    \(changes.joined(separator: ",\n    "))"
    }
}
