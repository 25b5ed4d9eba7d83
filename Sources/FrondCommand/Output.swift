import Foundation
import Frond
import SystemPackage

/// Prints a line for people at once, also into a pipe.
func say(_ line: String) {
    print(line)
    fflush(nil)
}

/// Prints a value as JSON for programs.
func sayJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    say(String(decoding: try encoder.encode(value), as: UTF8.self))
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
