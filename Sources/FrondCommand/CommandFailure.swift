import ArgumentParser
import Frond

/// The failure of a command: one line for people, an exit status for programs (those of sysexits).
struct CommandFailure: Error {
    enum Status: Int32 {
        /// A command line that cannot be right.
        case usage = 64
        /// The port or the store is not available.
        case unavailable = 69
        /// The process does not end as it should.
        case software = 70
        /// Standard output cannot be written.
        case output = 74
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
        let isOfUsage = error.code == .invalidArgument || error.code == .generatorNotEnabled
        self.init(isOfUsage ? .usage : .unavailable, error.message)
    }
}

/// Runs a command's work; a failure ends the process with one line on standard error.
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
    Diagnostics.write(failure.message)
    throw ExitCode(failure.status.rawValue)
}
