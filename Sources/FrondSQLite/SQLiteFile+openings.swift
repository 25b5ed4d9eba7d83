import Foundation
import Frond
import GRDB

/// The place of a file and its openings: a file that was copied, or put back in place, is found out.
extension SQLiteFile {
    /// Refuses a file that was copied or put back, and notes the place of a new one and this opening.
    func checkHome(_ database: Database) throws {
        guard let home = FileHome(of: path) else { return }
        let recorded = try Row.fetchOne(database, sql: Statements.home).flatMap { FileHome(text: $0["place"]) }
        let openings = try openings(database)
        let marks = OpeningMarks(of: path, number: home.number)
        let names = try marks.names()
        if let reason = Self.difference(of: home, from: recorded) ?? Self.difference(of: openings, from: names) {
            guard adopts else { throw FileHome.copied(path, reason, code: .storeUnavailable) }
            // The holders have the original, and never renew anything here.
            try database.execute(sql: Statements.freeWorkers)
        }
        let next: Openings
        if let openings, openings.explains(names) {
            next = openings.followed(by: name, marks: names)
        } else {
            // Of openings that nothing is known of, or that do not count any more.
            try marks.removeAll()
            next = Openings(latest: name, previous: "")
        }
        try database.execute(sql: Statements.setHome, arguments: [home.text, next.text])
    }

    /// - Returns: nil where the file is at the place that it recorded, or recorded none.
    private static func difference(of home: FileHome, from recorded: FileHome?) -> String? {
        guard let recorded, recorded != home else { return nil }
        return home.difference(from: recorded, mountedDevices: FileHome.mountedDevices)
    }

    /// - Returns: nil where the marks are those of the openings, or no opening is known.
    private static func difference(of openings: Openings?, from marks: Set<String>) -> String? {
        guard let openings, !openings.explains(marks) else { return nil }
        return "it was opened later than its contents know, as the marks beside it say"
    }

    /// Leaves the mark of an opening beside the file, unless another process has opened it since and does.
    func leaveMark(of name: String, _ database: Database) throws {
        guard let marks else { return }
        try database.inTransaction(.immediate) {
            if try openings(database)?.latest == name { try marks.replace(by: name) }
            return .commit
        }
    }

    /// Names the end of this use of the file as another opening: a backup that was made before it is an older one.
    func markEnd(_ database: Database) throws {
        guard let marks else { return }
        let end = Self.randomName()
        try database.inTransaction(.immediate) {
            let names = try marks.names()
            guard let openings = try openings(database), openings.explains(names) else { return .rollback }
            try database.execute(
                sql: Statements.setOpenings, arguments: [openings.followed(by: end, marks: names).text])
            return .commit
        }
        try leaveMark(of: end, database)
    }

    private var marks: OpeningMarks? {
        status(of: path).map { OpeningMarks(of: path, number: UInt64($0.st_ino)) }
    }

    private func openings(_ database: Database) throws -> Openings? {
        try Row.fetchOne(database, sql: Statements.home).flatMap { Openings(text: $0["openings"]) }
    }

    static func randomName() -> String { String(UInt64.random(in: .min ... .max), radix: 16) }
}
