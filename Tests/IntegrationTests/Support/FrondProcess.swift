import Foundation
import Synchronization
import Testing

/// A `frond` process that a test started, by the binary that was built with the tests.
final class FrondProcess: Sendable {
    private struct Output {
        var text = ""
        var hasEnded = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// `.build/debug/frond`, beside the test bundle.
    static var binary: URL {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("frond")
    }

    private let process: Mutex<Process>
    private let output = Mutex(Output())
    let id: Int32

    init(_ arguments: [String], environment: [String: String] = [:]) throws {
        let process = Process()
        process.executableURL = Self.binary
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        id = process.processIdentifier
        self.process = Mutex(process)
        pipe.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            self?.add(data)
        }
    }

    deinit {
        kill(id, SIGKILL)
    }

    private func add(_ data: Data) {
        let waiters = output.withLock { output in
            output.text += String(decoding: data, as: UTF8.self)
            if data.isEmpty { output.hasEnded = true }
            defer { output.waiters = [] }
            return output.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// All it has printed so far, on both streams.
    var printed: String { output.withLock { $0.text } }

    /// Waits for a line with this text, or for the end of the output.
    func waitForLine(containing text: String) async throws -> String {
        while true {
            let (line, hasEnded) = output.withLock { output in
                let lines = output.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                return (lines.first { $0.contains(text) }.map(String.init), output.hasEnded)
            }
            if let line { return line }
            try #require(!hasEnded, "the process ended without printing '\(text)': \(printed)")
            await nextOutput()
        }
    }

    private func nextOutput() async {
        let length = output.withLock { $0.text.utf8.count }
        await withCheckedContinuation { waiter in
            let isNew = output.withLock { output in
                if output.hasEnded || output.text.utf8.count > length { return true }
                output.waiters.append(waiter)
                return false
            }
            if isNew { waiter.resume() }
        }
    }

    func signal(_ number: Int32) {
        kill(id, number)
    }

    /// Waits until the process and its output have ended.
    /// - Returns: the exit status, or 128 and the signal that ended it.
    func waitForExit() async -> Int32 {
        while !output.withLock({ $0.hasEnded }) { await nextOutput() }
        return process.withLock { process in
            process.waitUntilExit()
            return process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
        }
    }
}

/// Runs a command to its end.
func frond(_ arguments: String..., environment: [String: String] = [:]) async throws -> (status: Int32, output: String) {
    let process = try FrondProcess(arguments, environment: environment)
    let status = await process.waitForExit()
    return (status, process.printed)
}
