import ArgumentParser
import Frond
import SystemPackage

/// Why a command ends: one line for people, an exit status for programs (those of sysexits).
struct CommandFailure: Error {
    enum Status: Int32 {
        /// A command line that cannot be right.
        case usage = 64
        /// The port or the store cannot be had.
        case unavailable = 69
        /// A setting that cannot be right.
        case configuration = 78
    }

    var status: Status
    var message: String

    init(_ status: Status, _ message: String) {
        self.status = status
        self.message = message
    }

    init(_ error: FrondError) {
        self.init(error.code == .invalidArgument ? .usage : .unavailable, error.message)
    }
}

/// Runs a command's work; what fails ends the process with one line on standard error.
func reportingFailures(_ work: () async throws -> Void) async throws {
    do {
        try await work()
    } catch let failure as CommandFailure {
        try end(failure)
    } catch let error as FrondError {
        try end(CommandFailure(error))
    }
}

private func end(_ failure: CommandFailure) throws -> Never {
    _ = try? FileDescriptor.standardError.writeAll("frond: \(failure.message)\n".utf8)
    throw ExitCode(failure.status.rawValue)
}
