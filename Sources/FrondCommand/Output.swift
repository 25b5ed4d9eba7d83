import Foundation
import Frond
import SystemPackage

/// Prints a line for people at once, also into a pipe.
/// - Throws: ``CommandFailure`` where standard output cannot be written: a command whose result is lost has failed.
func say(_ line: String) throws {
    do {
        _ = try FileDescriptor.standardOutput.writeAll("\(line)\n".utf8)
    } catch {
        throw CommandFailure(
            .output, "standard output cannot be written: \(error); send it to a file or terminal that takes it")
    }
}

/// Prints a value as JSON for programs.
/// - Throws: ``CommandFailure`` where standard output cannot be written.
func sayJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try say(String(decoding: try encoder.encode(value), as: UTF8.self))
}

/// Lines for people on standard error.
enum Diagnostics {
    /// Writes one line, whatever the text has in it.
    static func write(_ line: String) {
        // Where standard error cannot be written there is no place left to say so.
        _ = try? FileDescriptor.standardError.writeAll("frond: \(line.printable())\n".utf8)
    }
}

/// Tells people on standard error what they should know, beside the output of the command.
func warn(_ line: String) {
    // Without a standard error there is no way to tell them.
    _ = try? FileDescriptor.standardError.writeAll("frond: \(line)\n".utf8)
}

/// Tells people of rows that are not served.
func warn(of rows: [UnservedRow]) {
    for row in rows { warn("row '\(row.shownName)' is not served: \(row.reason)") }
}
