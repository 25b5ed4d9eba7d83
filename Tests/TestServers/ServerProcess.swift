import Foundation
import Subprocess
import Synchronization
import SystemPackage
import Testing

/// A process that a test started, and that ends with this object at the latest: a database, or Frond itself.
package final class ServerProcess: Sendable {
    private struct State {
        var id: Int32?
        var text = ""
        /// The exit status, or 128 and the signal that ended it.
        var status: Int32?
        /// True once a wait took so long that only a fault explains it.
        var isOverdue = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state: SharedState

    /// - Parameters:
    ///   - program: a path, or the name of a program to be found in `PATH` or where Debian keeps servers.
    ///   - environment: what is changed in that of the tests.
    package init(_ program: String, _ arguments: [String], environment: [String: String] = [:]) {
        let state = SharedState()
        self.state = state
        let changes = environment.reduce(into: [Environment.Key: String?]()) { changes, variable in
            if let key = Environment.Key(rawValue: variable.key) { changes[key] = variable.value }
        }
        Task {
            do {
                let result = try await run(
                    .path(.init(Self.path(of: program))), arguments: Arguments(arguments),
                    environment: .inherit.updating(changes), input: .none, output: .sequence,
                    error: .combinedWithOutput
                ) { execution in
                    state.update { $0.id = execution.processIdentifier.value }
                    for try await chunk in execution.standardOutput {
                        let text = chunk.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
                        state.update { $0.text += text }
                    }
                }
                state.update { $0.status = result.terminationStatus.shellStatus }
            } catch {
                state.update {
                    $0.text += "\(error)"
                    $0.status = -1
                }
            }
        }
    }

    private static func path(of program: String) -> String {
        guard !program.contains("/") else { return program }
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let paths = (folders + ["/usr/sbin", "/usr/bin", "/sbin"]).map { "\($0)/\(program)" }
        return paths.first { FileManager.default.isExecutableFile(atPath: $0) } ?? program
    }

    deinit {
        signal(SIGKILL)
    }

    /// All it has printed so far, on both streams.
    package var printed: String { state.read { $0.text } }

    /// True if it has not ended.
    package var isRunning: Bool { state.read { $0.status == nil } }

    /// Waits for a line with this text.
    package func waitForLine(containing text: String) async throws -> String {
        try await waitForLine("a line with '\(text)'") { lines in lines.first { $0.contains(text) } }
    }

    /// Waits for a line with this text; nil where the process ends without it.
    package func firstLine(containing text: String) async -> String? {
        await state.wait { $0.status != nil || $0.text.contains(text) }
        return state.read { state in state.text.split(separator: "\n").first { $0.contains(text) }.map(String.init) }
    }

    /// Waits until it has printed so many whole lines.
    package func waitForLines(_ count: Int) async throws {
        _ = try await waitForLine("\(count) lines") { lines in lines.count >= count ? lines.last : nil }
    }

    private func waitForLine(_ what: String, find: ([Substring]) -> Substring?) async throws -> String {
        while true {
            let (line, cannotCome, seen) = state.read { state in
                let lines = state.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                return (
                    find(Array(lines)).map(String.init), state.status != nil || state.isOverdue, state.text.utf8.count
                )
            }
            if let line { return line }
            try #require(
                !cannotCome, "the process ended, or ran for five minutes, without printing \(what): \(printed)")
            await state.wait { $0.status != nil || $0.text.utf8.count > seen }
        }
    }

    /// Its process ID; nil before it has started.
    package var processID: Int32? { state.read { $0.id } }

    /// Its resident memory in kilobytes; nil where it does not run.
    package var residentKilobytes: Int? {
        guard let processID, isRunning,
            let status = try? String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8)
        else { return nil }
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) }
    }

    /// True if the process has ended, or could not be started.
    package var hasEnded: Bool { state.read { $0.status != nil } }

    /// Sends a signal, unless the process has ended.
    package func signal(_ number: Int32) {
        state.read { state in
            if let id = state.id, state.status == nil { _ = kill(id, number) }
        }
    }

    /// Waits until the process and its output have ended.
    /// - Returns: the exit status, or 128 and the signal that ended it.
    package func waitForExit() async -> Int32 {
        await state.wait { $0.status != nil }
        return state.read { $0.status ?? -1 }
    }

    /// The state that the process's task and the test share.
    private final class SharedState: Sendable {
        private let state = Mutex(State())

        func read<Result>(_ body: (State) -> sending Result) -> sending Result {
            state.withLock { body($0) }
        }

        func update(_ change: (inout State) -> Void) {
            let waiters = state.withLock { state in
                change(&state)
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume() }
        }

        /// Waits until a condition is true, or for so long that only a fault meets it.
        func wait(until condition: (State) -> Bool) async {
            let alarm = Task {
                try await Task.sleep(for: .seconds(300))
                update { $0.isOverdue = true }
            }
            defer { alarm.cancel() }
            while !read({ condition($0) || $0.isOverdue }) {
                await withCheckedContinuation { waiter in
                    let isThere = state.withLock { state in
                        if condition(state) || state.isOverdue { return true }
                        state.waiters.append(waiter)
                        return false
                    }
                    if isThere { waiter.resume() }
                }
            }
        }
    }
}

extension TerminationStatus {
    fileprivate var shellStatus: Int32 {
        switch self {
        case .exited(let status): status
        case .signaled(let signal): 128 + signal
        }
    }
}
