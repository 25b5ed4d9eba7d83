import Foundation

/// The folder of the embedded store and of assigned worker IDs.
enum DataDirectory {
    /// Makes the folder if it is not there.
    /// - Returns: the same path.
    static func make(_ path: String) throws -> String {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            return path
        } catch {
            throw CommandFailure(
                .unavailable,
                "the data directory \(path) cannot be made: \((error as NSError).localizedDescription); "
                    + "choose another with --data-dir")
        }
    }
}
