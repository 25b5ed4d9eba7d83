import Foundation

/// A folder that goes when nobody holds it any more.
package final class TemporaryDirectory: Sendable {
    package let path: String

    package init() throws {
        path = NSTemporaryDirectory() + "frond-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        remove()
    }

    /// Removes it now: for the end of the process, where objects are left as they are.
    package func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
