import ArgumentParser
import Frond
import FrondBench
import SystemPackage

/// The parts that the commands of `frond bench` have in common.
enum Measuring {
    /// Runs a benchmark, with its progress on standard error.
    /// - Throws: ``CommandFailure`` where no server answers.
    static func run<Report>(
        _ benchmark: (_ onProgress: @escaping @Sendable (HTTPBenchmarkProgress) -> Void) async throws -> Report
    ) async throws -> Report {
        do {
            return try await benchmark { progress in
                // Where standard error cannot be written there is no place left to say so.
                _ = try? FileDescriptor.standardError.writeAll("\(progress)\n".utf8)
            }
        } catch let error as HTTPBenchmarkError {
            throw CommandFailure(.unavailable, error.message)
        }
    }

    /// A time above zero.
    /// - Throws: ``CommandFailure`` that names the option.
    static func time(_ text: String, _ option: String) throws -> Duration {
        guard let duration = Duration(text: text), duration > .zero else {
            throw CommandFailure(.usage, "\(option) '\(text)' is not a time above zero such as 500ms, 10s or 15m")
        }
        return duration
    }

    /// Prints the report of one run; ends with status 1 for a violation, or where not every ID could be checked.
    static func conclude(_ report: HTTPBenchmarkReport, json: Bool) throws {
        if json { try sayJSON(report) } else { try say(report.description) }
        if report.check.foundViolation || !report.check.isComplete || report.requests == 0 { throw ExitCode(1) }
    }
}
