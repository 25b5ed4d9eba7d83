/// Every SQL text of this backend, but for the tables, which are `sql/sqlite/schema.sql`.
enum Statements {
    /// The tables of a new file.
    static var schema: String { String(decoding: PackageResources.schema_sql, as: UTF8.self) }

    /// Durable also when the machine loses power: a commit returns once the log is on the disk.
    static let synchronousFull = "PRAGMA synchronous = FULL"
    /// The changes that a file of version 2 needs for version 3. Tables that are missing are made by `schema`.
    static let upgradeTo3 = "ALTER TABLE workers ADD COLUMN grpc_address TEXT NOT NULL DEFAULT ''"
    /// The changes that a file of an earlier version needs for version 4.
    static let upgradeTo4 = """
        ALTER TABLE segments ADD COLUMN last_first INTEGER;
        ALTER TABLE segments ADD COLUMN previous_first INTEGER
        """

    /// The changes that a file of an earlier version needs for version 5.
    static let upgradeTo5 = "ALTER TABLE segments ADD COLUMN options TEXT NOT NULL DEFAULT ''"

    /// The changes that a file of version 2 or later needs for version 6. A table that is missing is made by `schema`.
    static let upgradeTo6 = "ALTER TABLE workers ADD COLUMN layout TEXT NOT NULL DEFAULT ''"

    /// The column of version 7 that the workers of a file of version 2 or later lack. A table that is missing is made
    /// by `schema`.
    static let upgradeWorkersTo7 = "ALTER TABLE workers ADD COLUMN secret TEXT NOT NULL DEFAULT ''"

    /// The column of version 7 that the segments of a file of an earlier version lack.
    static let upgradeSegmentsTo7 = "ALTER TABLE segments ADD COLUMN secrets TEXT NOT NULL DEFAULT ''"

    /// The column of version 8 that the home of a file of version 7 lacks. A table that is missing is made by `schema`.
    static let upgradeTo8 = "ALTER TABLE home ADD COLUMN openings TEXT NOT NULL DEFAULT ''"

    /// `ok`, or the first damage found.
    static let quickCheck = "PRAGMA quick_check(1)"
    static func ignoreChecks(_ isOn: Bool) -> String { "PRAGMA ignore_check_constraints = \(isOn ? 1 : 0)" }

    static let schemaVersion = "PRAGMA user_version"
    static let applicationID = "PRAGMA application_id"
    static let tableCount = "SELECT count(*) FROM sqlite_master"

    static let record = "SELECT * FROM segments WHERE tag = ?"
    static let records = "SELECT * FROM segments ORDER BY tag"
    static let changedRecords = "SELECT * FROM segments WHERE updated_at >= ?"

    static let insert = """
        INSERT INTO segments
            (tag, max_id, step, start_id, max_value, cycles, cycle, version, description, updated_at, last_first,
            previous_first, secrets, options)
        VALUES
            (:tag, :max_id, :step, :start_id, :max_value, :cycles, :cycle, :version, :description, :updated_at,
            :last_first, :previous_first, :secrets, :options)
        ON CONFLICT (tag) DO NOTHING
        """

    /// The compare-and-swap: changes one row, or none if another caller changed it.
    static let swap = """
        UPDATE segments SET
            max_id = :max_id, step = :step, start_id = :start_id, max_value = :max_value, cycles = :cycles,
            cycle = :cycle, version = :version, description = :description, updated_at = :updated_at,
            last_first = :last_first, previous_first = :previous_first, secrets = :secrets, options = :options
        WHERE tag = :tag AND version = :expected_version AND max_id = :expected_max_id
        """

    static let worker = "SELECT * FROM workers WHERE worker_id = ?"
    static let workers = "SELECT * FROM workers ORDER BY worker_id"

    static let insertWorker = """
        INSERT INTO workers
            (worker_id, token, is_released, floor, horizon, host, process_id, started_at, address, grpc_address,
            version,
            updated_at, layout, secret)
        VALUES
            (:worker_id, :token, :is_released, :floor, :horizon, :host, :process_id, :started_at, :address,
            :grpc_address, :version, :updated_at, :layout, :secret)
        ON CONFLICT (worker_id) DO NOTHING
        """

    /// The compare-and-swap of a worker ID.
    static let swapWorker = """
        UPDATE workers SET
            token = :token, is_released = :is_released, floor = :floor, horizon = :horizon, host = :host,
            process_id = :process_id, started_at = :started_at, address = :address, grpc_address = :grpc_address,
            version = :version, updated_at = :updated_at, layout = :layout, secret = :secret
        WHERE worker_id = :worker_id AND token = :expected_token AND horizon = :expected_horizon
            AND secret = :expected_secret
        """

    /// Ends all holdings, and keeps their horizons.
    static let freeWorkers = """
        UPDATE workers SET is_released = 1, token = token + (token < 9223372036854775807), secret = ''
        WHERE is_released = 0
        """

    /// The place where the file was last opened, and the names of its latest openings.
    static let home = "SELECT place, openings FROM home WHERE id = 1"
    static let setHome = """
        INSERT INTO home (id, place, openings) VALUES (1, ?, ?)
        ON CONFLICT (id) DO UPDATE SET place = excluded.place, openings = excluded.openings
        """
    static let setOpenings = "UPDATE home SET openings = ? WHERE id = 1"

    static let registryFloor = "SELECT floor FROM registry WHERE id = 1"
    static let raiseRegistryFloor = """
        INSERT INTO registry (id, floor) VALUES (1, ?)
        ON CONFLICT (id) DO UPDATE SET floor = max(floor, excluded.floor)
        """
}
