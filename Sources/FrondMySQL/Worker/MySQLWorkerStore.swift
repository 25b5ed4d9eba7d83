public import Frond
public import Logging

/// Worker IDs in a table of MariaDB or MySQL.
public typealias MySQLWorkerRegistry = StoredWorkerRegistry<MySQLWorkerStore>

extension StoredWorkerRegistry where Store == MySQLWorkerStore {
    /// Makes no connection yet: see ``MySQLWorkerStore/check()``.
    /// - Parameter logger: gets lines at debug level; silent by default.
    public init(_ configuration: MySQLConfiguration, logger: Logger? = nil) {
        self.init(MySQLWorkerStore(configuration, logger: logger))
    }
}

/// The records of worker IDs in a table, read and replaced by compare-and-swap; the server's clock is never asked.
public struct MySQLWorkerStore: WorkerRecordStore {
    private let pool: MySQLPool
    private let logger: Logger

    /// Makes no connection yet: see ``check()``.
    /// - Parameter logger: gets lines at debug level; silent by default.
    public init(_ configuration: MySQLConfiguration, logger: Logger? = nil) {
        pool = MySQLPool(configuration, statements: .init(writeProof: Statements.workerProof))
        self.logger = logger ?? .silent
    }

    /// Asks the database for all that worker IDs need, at the start of a process: that it is there, lets us in, has the
    /// tables, may be written, and was initialised.
    /// - Throws: `registryUnavailable` or `registryLost`, naming the cure.
    public func check() async throws(FrondError) {
        try await run { session throws(FrondError) in
            _ = try session.read(Statements.worker, [-1])
            _ = try session.write(Statements.swapWorker, WorkerRecord.unused(-1).arguments + [-1, -1, "", 0, 0])
        }
        _ = try await origin()
    }

    public var isApart: Bool { true }

    // MARK: The origin

    public func origin() async throws(FrondError) -> RegistryOrigin {
        try await run { session throws(FrondError) in try origin(session) }
    }

    private func origin(_ session: MySQLSession) throws(FrondError) -> RegistryOrigin {
        guard let row = try session.read(Statements.origin).first else {
            throw FrondError.registryLost("\(pool.configuration)")
        }
        return RegistryOrigin(
            id: row.text("origin") ?? "",
            floorMilliseconds: try row.number("floor", of: "the row of table frond_registry", in: 0...(.max)))
    }

    public func initialise(
        _ origin: RegistryOrigin, replacing expected: RegistryOrigin?
    ) async throws(FrondError) -> Bool {
        try await run { session throws(FrondError) in
            var arguments: [MySQLValue] = [.text(origin.id), .integer(origin.floorMilliseconds)]
            if let expected { arguments += [.text(expected.id), .integer(expected.floorMilliseconds)] }
            let sql = expected == nil ? Statements.insertOrigin : Statements.swapOrigin
            return try session.write(sql, arguments) == .done(rows: 1)
        }
    }

    // MARK: Records

    /// All records. A row that was edited by hand and made unreadable is logged, and listed as held until the end
    /// of the year 9999: its worker ID is not taken, and the others go on. A row without a worker ID is left out.
    public func records() async throws(FrondError) -> [WorkerRecord] {
        let rows = try await run { session throws(FrondError) in try session.read(Statements.workers) }
        return rows.compactMap { row in
            do throws(FrondError) {
                return try WorkerRecord(row: row, of: "frond_worker")
            } catch {
                logger.debug("worker ID not readable", metadata: LogKey.metadata([.error: error.message]))
                return WorkerRecord(unreadable: row)
            }
        }
    }

    /// - Throws: `storeCorrupt` for a row that was edited by hand and made unreadable; `registryUnavailable`.
    public func record(_ workerID: Int64) async throws(FrondError) -> WorkerRecord? {
        let rows = try await run { session throws(FrondError) in
            try session.read(Statements.worker, [.integer(workerID)])
        }
        guard let row = rows.first else { return nil }
        return try WorkerRecord(row: row, of: "frond_worker")
    }

    public func replace(
        _ expected: WorkerRecord?, with successor: WorkerRecord
    ) async throws(FrondError) -> Bool {
        try await run { session throws(FrondError) in
            var arguments = successor.arguments
            if let expected {
                // Its holder may go on with it; only a new holder begins above the floor of the registry.
                let isTaken = successor.token != expected.token && !successor.isReleased
                arguments += [
                    .integer(expected.token), .integer(expected.horizonMilliseconds),
                    .text(expected.secret?.text ?? ""),
                    .integer(successor.floorMilliseconds), .integer(isTaken ? 0 : 1),
                ]
            } else {
                arguments.append(.integer(successor.floorMilliseconds))
            }
            let sql = expected == nil ? Statements.insertWorker : Statements.swapWorker
            let change = try session.write(sql, arguments)
            // No row: it did not stand as expected, or there is no origin and so nothing may be put in.
            if change == .done(rows: 0) { _ = try origin(session) }
            return change == .done(rows: 1)
        }
    }

    private func run<Value: Sendable>(
        _ call: @escaping @Sendable (MySQLSession) throws(FrondError) -> Value
    ) async throws(FrondError) -> Value {
        do throws(FrondError) {
            return try await pool.run(call)
        } catch {
            throw error.ofRegistry
        }
    }
}
