import Foundation

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
