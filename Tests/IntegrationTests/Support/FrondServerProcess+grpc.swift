import TestServers
import Testing

extension FrondServerProcess {
    /// The port on which it listens for gRPC.
    func grpcPort() async throws -> Int {
        let line = try await process.waitForLine(containing: "listens on grpc")
        return try #require(line.split(separator: ":").last.flatMap { Int($0) })
    }
}
