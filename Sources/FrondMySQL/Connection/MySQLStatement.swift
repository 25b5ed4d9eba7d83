import CMariaDB

/// The owner of one prepared statement; used on the thread of its connection alone.
final class MySQLStatement {
    /// Room for a text that is fetched at once; longer ones are fetched again.
    private static let textRoom = 1024
    private static let noData: Int32 = 100
    private static let truncated: Int32 = 101

    private let handle: UnsafeMutablePointer<MYSQL_STMT>

    init(_ sql: String, on connection: UnsafeMutablePointer<MYSQL>) throws(MySQLFailure) {
        guard let handle = mysql_stmt_init(connection) else { throw MySQLFailure(connection: connection) }
        self.handle = handle
        guard mysql_stmt_prepare(handle, sql, UInt(sql.utf8.count)) == 0 else {
            throw MySQLFailure(statement: handle)
        }
    }

    deinit {
        mysql_stmt_close(handle)
    }

    func execute(_ arguments: [MySQLValue]) throws(MySQLFailure) -> MySQLResult {
        precondition(mysql_stmt_param_count(handle) == arguments.count, "a statement has as many values as parameters")
        let parameters = BoundValues(arguments)
        guard mysql_stmt_bind_param(handle, parameters.binds) == 0, mysql_stmt_execute(handle) == 0 else {
            throw MySQLFailure(statement: handle)
        }
        var result = MySQLResult()
        if mysql_stmt_field_count(handle) > 0 {
            defer { mysql_stmt_free_result(handle) }
            result.rows = try fetchRows()
        } else {
            result.affectedRows = Int64(truncatingIfNeeded: mysql_stmt_affected_rows(handle))
        }
        result.insertID = Int64(truncatingIfNeeded: mysql_stmt_insert_id(handle))
        return result
    }

    private func fetchRows() throws(MySQLFailure) -> [MySQLRow] {
        guard let metadata = mysql_stmt_result_metadata(handle) else { throw MySQLFailure(statement: handle) }
        defer { mysql_free_result(metadata) }
        let fields = Array(
            UnsafeBufferPointer(start: mysql_fetch_fields(metadata), count: Int(mysql_num_fields(metadata))))
        let columns = BoundColumns(fields, textRoom: Self.textRoom)
        guard mysql_stmt_bind_result(handle, columns.binds) == 0, mysql_stmt_store_result(handle) == 0 else {
            throw MySQLFailure(statement: handle)
        }
        var rows: [MySQLRow] = []
        while true {
            switch mysql_stmt_fetch(handle) {
            case 0, Self.truncated: rows.append(try columns.row(of: handle))
            case Self.noData: return rows
            default: throw MySQLFailure(statement: handle)
            }
        }
    }
}

/// Memory that holds the values of parameters while a statement is executed.
private final class BoundValues {
    let binds: UnsafeMutablePointer<MYSQL_BIND>
    private let lengths: UnsafeMutablePointer<UInt>
    private var buffers: [UnsafeMutableRawPointer] = []

    init(_ values: [MySQLValue]) {
        binds = .allocate(capacity: max(values.count, 1))
        lengths = .allocate(capacity: max(values.count, 1))
        for (index, value) in values.enumerated() {
            var bind = MYSQL_BIND()
            switch value {
            case .null:
                bind.buffer_type = MYSQL_TYPE_NULL
            case .integer(let number):
                bind.buffer_type = MYSQL_TYPE_LONGLONG
                bind.buffer = copy(withUnsafeBytes(of: number) { Array($0) })
            case .text(let text):
                let bytes = Array(text.utf8)
                bind.buffer_type = MYSQL_TYPE_STRING
                bind.buffer = copy(bytes)
                bind.buffer_length = UInt(bytes.count)
                (lengths + index).initialize(to: UInt(bytes.count))
                bind.length = lengths + index
            }
            (binds + index).initialize(to: bind)
        }
    }

    deinit {
        for buffer in buffers { buffer.deallocate() }
        lengths.deallocate()
        binds.deallocate()
    }

    private func copy(_ bytes: [UInt8]) -> UnsafeMutableRawPointer {
        let buffer = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 8), alignment: 8)
        UnsafeMutableRawBufferPointer(start: buffer, count: bytes.count).copyBytes(from: bytes)
        buffers.append(buffer)
        return buffer
    }
}

/// Memory that each row is fetched into.
private final class BoundColumns {
    let binds: UnsafeMutablePointer<MYSQL_BIND>
    private static let integerTypes = [
        MYSQL_TYPE_TINY, MYSQL_TYPE_SHORT, MYSQL_TYPE_INT24, MYSQL_TYPE_LONG, MYSQL_TYPE_LONGLONG, MYSQL_TYPE_YEAR,
    ]

    private let names: [String]
    private let isInteger: [Bool]
    private let lengths: UnsafeMutablePointer<UInt>
    private let nulls: UnsafeMutablePointer<CChar>
    private let errors: UnsafeMutablePointer<CChar>
    private let memory: UnsafeMutableRawPointer
    private let room: Int

    init(_ fields: [MYSQL_FIELD], textRoom: Int) {
        room = textRoom
        names = fields.map { String(cString: $0.name) }
        isInteger = fields.map { field in Self.integerTypes.contains { $0 == field.type } }
        let count = max(fields.count, 1)
        binds = .allocate(capacity: count)
        lengths = .allocate(capacity: count)
        nulls = .allocate(capacity: count)
        errors = .allocate(capacity: count)
        lengths.initialize(repeating: 0, count: count)
        nulls.initialize(repeating: 0, count: count)
        errors.initialize(repeating: 0, count: count)
        memory = .allocate(byteCount: count * room, alignment: 8)
        for index in fields.indices {
            var bind = MYSQL_BIND()
            bind.buffer_type = isInteger[index] ? MYSQL_TYPE_LONGLONG : MYSQL_TYPE_STRING
            bind.is_unsigned = fields[index].flags & UInt32(UNSIGNED_FLAG) != 0 ? 1 : 0
            bind.buffer = memory + index * room
            bind.buffer_length = UInt(room)
            bind.length = lengths + index
            bind.is_null = nulls + index
            bind.error = errors + index
            (binds + index).initialize(to: bind)
        }
    }

    deinit {
        memory.deallocate()
        errors.deallocate()
        nulls.deallocate()
        lengths.deallocate()
        binds.deallocate()
    }

    func row(of statement: UnsafeMutablePointer<MYSQL_STMT>) throws(MySQLFailure) -> MySQLRow {
        var row = MySQLRow(values: [:])
        for index in names.indices {
            row.values[names[index]] = try value(index, of: statement)
        }
        return row
    }

    private func value(
        _ index: Int, of statement: UnsafeMutablePointer<MYSQL_STMT>
    ) throws(MySQLFailure) -> MySQLValue {
        guard nulls[index] == 0 else { return .null }
        let place = memory + index * room
        if isInteger[index] {
            guard binds[index].is_unsigned != 0 else { return .integer(place.load(as: Int64.self)) }
            let number = place.load(as: UInt64.self)
            return Int64(exactly: number).map { .integer($0) } ?? .text("\(number)")
        }
        let length = Int(lengths[index])
        guard length > room else {
            return .text(String(decoding: UnsafeRawBufferPointer(start: place, count: length), as: UTF8.self))
        }
        let long = UnsafeMutableRawPointer.allocate(byteCount: length, alignment: 8)
        defer { long.deallocate() }
        var bind = binds[index]
        bind.buffer = long
        bind.buffer_length = UInt(length)
        guard mysql_stmt_fetch_column(statement, &bind, UInt32(index), 0) == 0 else {
            throw MySQLFailure(statement: statement)
        }
        return .text(String(decoding: UnsafeRawBufferPointer(start: long, count: length), as: UTF8.self))
    }
}
