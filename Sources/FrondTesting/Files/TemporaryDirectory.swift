import Foundation

/// A fresh directory that is removed with the last reference to it.
package final class TemporaryDirectory: Sendable {
    package let path: String

    package init() throws {
        path = NSTemporaryDirectory() + "frond-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        remove()
    }

    /// Removes the directory now: for the end of the process, where objects are left as they are.
    package func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// Calls `body` with a fresh directory that is removed afterwards.
package func withTemporaryDirectory<Value>(_ body: (_ path: String) async throws -> Value) async throws -> Value {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    return try await body(directory.path)
}
