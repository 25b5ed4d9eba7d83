import TestServers
import Testing

extension FrondServerProcess {
    /// The port on which it listens for Redis clients.
    func respPort() async throws -> Int {
        let line = try await process.waitForLine(containing: "listens on resp")
        return try #require(line.split(separator: ":").last.flatMap { Int($0) })
    }
}
