/// Every SQL text of this backend, but for the tables, which are `sql/mysql/schema.sql`.
enum Statements {
    /// The tables.
    static var schema: String { String(decoding: PackageResources.schema_sql, as: UTF8.self) }

    // MARK: The session

    /// The settings that must not depend on the server's own, in one statement: every statement is its own transaction
    /// and sees what was committed before it, a value that does not fit is an error, and no session waits for a lock
    /// for long. The server gives a statement up before this side does, so that its outcome is known (MySQL has that
    /// for reads alone); a process that is halted in the middle of a transaction does not keep others waiting.
    /// - Parameters:
    ///   - lockSeconds: the bound on the wait for a lock, 1 or more.
    ///   - statementMilliseconds: the bound on a statement.
    ///   - idleSeconds: the bound on a pause within a transaction.
    static func session(
        lockSeconds: Int64, statementMilliseconds: Int64, idleSeconds: Int64, isMariaDB: Bool
    ) -> String {
        let common = """
            SET SESSION autocommit = 1, sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', \
            lock_wait_timeout = \(lockSeconds), innodb_lock_wait_timeout = \(lockSeconds)
            """
        let milliseconds = String(1000 + statementMilliseconds % 1000).dropFirst()
        return common
            + (isMariaDB
                ? """
                , tx_isolation = 'REPEATABLE-READ', idle_transaction_timeout = \(idleSeconds), \
                max_statement_time = \(statementMilliseconds / 1000).\(milliseconds)
                """
                : """
                , transaction_isolation = 'REPEATABLE-READ', wait_timeout = \(max(idleSeconds, 30)), \
                max_execution_time = \(statementMilliseconds)
                """)
    }

    static let begin = "START TRANSACTION"
    static let commit = "COMMIT"
    static let probe = "SELECT 1"

    // MARK: Tags

    private static let recordColumns = """
        biz_tag, max_id, step, start_id, max_value, cycles, cycle, version, description, stripes, stripe, barrier, \
        spreads_to, last_first, previous_first, secrets, updated_at, options, UNIX_TIMESTAMP(update_time) AS touched_at
        """
    static let record = "SELECT \(recordColumns) FROM leaf_alloc WHERE biz_tag = ?"
    static let ticketPlace = "SELECT place, places FROM frond_ticket_place WHERE id = 1"
    /// Others wait from here to the end of the transaction; a read after it sees the newest.
    static let lockRecord = "SELECT max_id FROM leaf_alloc WHERE biz_tag = ? FOR UPDATE"
    static let records = "SELECT \(recordColumns) FROM leaf_alloc ORDER BY biz_tag"

    /// The rows that changed within so many seconds, by the clock of the database: it dates every change of a row, also
    /// one by Leaf or by hand.
    static let changedRecords = "SELECT \(recordColumns) FROM leaf_alloc WHERE update_time >= NOW() - INTERVAL ? SECOND"

    static let insert = """
        INSERT INTO leaf_alloc
            (max_id, step, start_id, max_value, cycles, cycle, version, description, stripes, stripe, barrier,
            last_first, previous_first, secrets, updated_at, options, biz_tag)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    /// The compare-and-swap: changes one row, or none if another caller changed it.
    static let swap = """
        UPDATE leaf_alloc SET
            max_id = ?, step = ?, start_id = ?, max_value = ?, cycles = ?, cycle = ?, version = ?, description = ?,
            stripes = ?, stripe = ?, barrier = ?, last_first = ?, previous_first = ?, secrets = ?, updated_at = ?,
            options = ?
        WHERE biz_tag = ? AND version = ? AND max_id = ?
        """

    /// The compare-and-swap of how a tag's numbers are spread.
    static let swapSpread = """
        UPDATE leaf_alloc SET
            max_id = ?, version = ?, stripes = ?, stripe = ?, barrier = ?, spreads_to = ?, last_first = NULL,
            previous_first = NULL, secrets = '', updated_at = ?
        WHERE biz_tag = ? AND version = ? AND max_id = ?
        """

    /// Changes nothing, and fails where the real change would: for want of rights, or on a replica.
    static let writeCheck = "UPDATE leaf_alloc SET version = version WHERE biz_tag = ? AND version = ? AND max_id = ?"

    // Each changes nothing and fails on a replica.
    static let segmentProof =
        "UPDATE leaf_alloc SET version = version WHERE biz_tag = '' AND version = 0 AND max_id = 0"
    static let workerProof = "UPDATE frond_worker SET token = token WHERE worker_id = -1"
    static let ticketProof = "UPDATE frond_ticket_place SET above = above WHERE id = 0"

    // MARK: The schema

    /// The columns of a table, as far as they matter; none where there is no table.
    static let columns = """
        SELECT column_name AS name, CONVERT(data_type USING utf8mb4) AS type, character_maximum_length AS length,
            collation_name AS collation
        FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?
        """

    // MARK: Worker IDs

    private static let workerColumns = """
        worker_id, token, is_released, floor, horizon, host, process_id, started_at, address, grpc_address, version, \
        updated_at, layout, secret
        """
    static let worker = "SELECT \(workerColumns) FROM frond_worker WHERE worker_id = ?"
    static let workers = "SELECT \(workerColumns) FROM frond_worker ORDER BY worker_id"

    /// Nothing is put into a registry that has no origin: it was wiped, or is new. Nor what begins below its floor: it
    /// was lost and begun again after the list was read.
    static let insertWorker = """
        INSERT INTO frond_worker
            (token, is_released, floor, horizon, host, process_id, started_at, address, grpc_address, version,
            updated_at, layout, secret, worker_id)
        SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM frond_registry WHERE id = 1 AND floor <= ?
        """

    /// The compare-and-swap of a worker ID.
    static let swapWorker = """
        UPDATE frond_worker SET
            token = ?, is_released = ?, floor = ?, horizon = ?, host = ?, process_id = ?, started_at = ?, address = ?,
            grpc_address = ?, version = ?, updated_at = ?, layout = ?, secret = ?
        WHERE worker_id = ? AND token = ? AND horizon = ? AND secret = ?
            AND EXISTS (SELECT 1 FROM frond_registry WHERE id = 1 AND (floor <= ? OR ? = 1))
        """

    static let origin = "SELECT origin, floor FROM frond_registry WHERE id = 1"
    static let insertOrigin = "INSERT INTO frond_registry (id, origin, floor) VALUES (1, ?, ?)"
    static let swapOrigin = """
        UPDATE frond_registry SET origin = ?, floor = ? WHERE id = 1 AND origin = ? AND floor = ?
        """

    // MARK: Tickets

    /// Numbers ≡ `place` + 1 modulo `places`, whatever the server is set up to.
    static func ticketSession(place: Int, places: Int, isMariaDB: Bool) -> [String] {
        // MySQL shows an AUTO_INCREMENT of yesterday otherwise.
        (isMariaDB ? [] : ["SET SESSION information_schema_stats_expiry = 0"]) + [
            "SET SESSION auto_increment_increment = \(places), auto_increment_offset = \(place + 1)"
        ]
    }

    static let insertTicketPlace = """
        INSERT INTO frond_ticket_place (id, place, places) VALUES (1, ?, ?) ON DUPLICATE KEY UPDATE id = id
        """

    /// Others wait from here to the end of the transaction: draws at the same time would undo each other.
    static let lockTicketPlace = "SELECT place, places, above FROM frond_ticket_place WHERE id = 1 FOR UPDATE"
    static let setTicketsAbove = "UPDATE frond_ticket_place SET above = ? WHERE id = 1"

    /// Draws one number: the tag's row is replaced by one with the next of the table's auto-increment.
    static let drawTicket = "REPLACE INTO frond_ticket (tag) VALUES (?)"
    /// Moves the auto-increment above a number by giving it to the tag's row.
    static let moveTicket = "REPLACE INTO frond_ticket (id, tag) VALUES (?, ?)"

    static let nextTicket = """
        SELECT auto_increment AS next FROM information_schema.tables
        WHERE table_schema = DATABASE() AND table_name = 'frond_ticket'
        """
}
