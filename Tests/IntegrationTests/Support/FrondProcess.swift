import Foundation
import TestServers

/// A `frond` process, by the binary that was built with the tests.
typealias FrondProcess = ServerProcess

extension ServerProcess {
    /// `.build/debug/frond`, beside the test bundle.
    static var frond: String {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("frond").path
    }

    convenience init(_ arguments: [String], environment: [String: String] = [:]) {
        self.init(Self.frond, arguments, environment: environment)
    }
}

/// Runs a command to its end.
func frond(_ arguments: String..., environment: [String: String] = [:]) async -> (status: Int32, output: String) {
    let process = FrondProcess(arguments, environment: environment)
    let status = await process.waitForExit()
    return (status, process.printed)
}
