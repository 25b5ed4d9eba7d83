import Foundation
import Frond

/// The marks of openings: empty files beside a database, with its file number and the names of ``Openings`` in their
/// own.
struct OpeningMarks: Sendable {
    private let directory: String
    private let prefix: String

    /// - Parameters:
    ///   - path: the database; a symbolic link is followed, as SQLite does for its log.
    ///   - number: of the file, which a rename keeps.
    init(of path: String, number: UInt64) {
        directory = URL(fileURLWithPath: path).resolvingSymlinksInPath().deletingLastPathComponent().path
        prefix = "frond-opening-\(number)-"
    }

    /// The names that the marks have.
    func names() throws -> Set<String> {
        let files = try FileManager.default.contentsOfDirectory(atPath: directory)
        return Set(files.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) })
    }

    /// Removes all marks.
    func removeAll() throws {
        for name in try names() { unlink(path(of: name)) }
    }

    /// Leaves a mark, durably, and removes all others.
    func replace(by name: String) throws {
        try Self.flush(path(of: name), O_CREAT | O_WRONLY | O_CLOEXEC)
        for other in try names() where other != name { unlink(path(of: other)) }
        try Self.flush(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }

    private static func flush(_ path: String, _ flags: Int32) throws(FrondError) {
        let file = open(path, flags, 0o600)
        defer { close(file) }
        guard file >= 0, fsync(file) == 0 else {
            let reason = String(cString: strerror(errno))
            throw FrondError(
                .storeUnavailable,
                "'\(path)' cannot be written (\(reason)): give this user the right to write to its directory, and room")
        }
    }

    private func path(of name: String) -> String { "\(directory)/\(prefix)\(name)" }
}
