import Foundation
import FrondTesting
import SystemPackage
import TestServers
import Testing

/// A wall clock that a test moves, for the processes it starts with ``environment``.
///
/// They have `ClockShim` preloaded, which adds what ``shift(by:)`` last said to every reading of the wall clock. All
/// other clocks stay true.
final class ShiftedClock: Sendable {
    private let directory: TemporaryDirectory
    private let file: FileDescriptor

    init() throws {
        directory = try TemporaryDirectory()
        file = try FileDescriptor.open(
            FilePath(directory.path + "/shift"), .readWrite, options: .create, permissions: .ownerReadWrite)
        try shift(by: .zero)
    }

    deinit {
        try? file.close()
    }

    /// Moves the clock to so far from the true time, ahead or (negative) behind, from the next reading on.
    func shift(by shift: Duration) throws {
        let (seconds, attoseconds) = shift.components
        let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        // One call, so that no reading sees half of it.
        try withUnsafeBytes(of: nanoseconds.littleEndian) { bytes in
            _ = try file.writeAll(toAbsoluteOffset: 0, bytes)
        }
    }

    /// The environment that makes a process see this clock.
    var environment: [String: String] {
        ["LD_PRELOAD": Self.library, "CLOCK_SHIM_FILE": directory.path + "/shift"]
    }

    /// The shim, built with the tests and beside them.
    private static var library: String {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("libClockShim.so").path
    }
}
