import Configuration
import Foundation
import Frond
import SystemPackage
import Yams

/// A YAML or JSON file with settings.
struct ConfigurationFile {
    /// The greatest size in bytes.
    private static let sizeLimit = 256 << 10
    /// The number of aliases that a file may have: each can repeat others, so that a few lines would stand for
    /// gigabytes.
    private static let aliasLimit = 16

    let path: String

    /// - Returns: nil for a file that sets nothing.
    /// - Throws: ``CommandFailure`` for a file that cannot be read or has unknown settings.
    func provider() async throws -> (any ConfigProvider)? {
        do {
            guard try setsAnything() else { return nil }
            // JSON is YAML, so one parser serves both.
            return try await FileProvider<YAMLSnapshot>(filePath: FilePath(path))
        } catch let failure as CommandFailure {
            throw failure
        } catch let error as YamlError {
            throw refusal("is not YAML or JSON: \(Self.reason(of: error))")
        } catch {
            throw refusal("cannot be read: " + "\(error)".split(whereSeparator: \.isNewline).joined(separator: " "))
        }
    }

    /// The broken place and the cure, in one line.
    static func reason(of error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "\(problem) at line \(mark.line), column \(mark.column); write each setting as 'name: value'"
        case .reader(let problem, _, _, _):
            "\(problem); write it in UTF-8"
        case .duplicatedKeysInMapping(let duplicates, let context):
            "\(duplicates.joined(separator: ", ")) stands twice at line \(context.mark.line); keep one"
        default:
            "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
                + "; write each setting as 'name: value'"
        }
    }

    /// Returns false for an empty file, or one with comments alone.
    /// - Throws: ``CommandFailure`` for a name that is not a setting: a misspelt one would silently mean its default.
    private func setsAnything() throws -> Bool {
        let text = try text()
        guard Self.aliases(in: text) <= Self.aliasLimit else {
            throw refusal("has more than \(Self.aliasLimit) aliases; write the values out")
        }
        let root = try Yams.load(yaml: text)
        guard let root, !(root is NSNull) else { return false }
        guard root is [AnyHashable: Any] else {
            throw refusal("has no settings; write each as 'name: value'")
        }
        for name in Self.names(in: root, under: "") where SettingKey(rawValue: name) == nil {
            throw CommandFailure(
                .configuration,
                "\(name.printable(limit: 100)) in \(path) is not a setting; there are: "
                    + SettingKey.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return true
    }

    private func text() throws -> String {
        let file = try FileDescriptor.open(FilePath(path), .readOnly)
        return try file.closeAfter {
            var text = [UInt8](repeating: 0, count: Self.sizeLimit + 1)
            var length = 0
            while length < text.count {
                let count = try text.withUnsafeMutableBytes { bytes in
                    try file.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[length...]))
                }
                guard count > 0 else { break }
                length += count
            }
            guard length <= Self.sizeLimit else {
                throw refusal("is larger than \(Self.sizeLimit) bytes; keep settings alone in it")
            }
            return String(decoding: text[..<length], as: UTF8.self)
        }
    }

    /// The number of places that can be an alias, such as `*name`: at most a few too many.
    private static func aliases(in text: String) -> Int {
        var count = 0
        var last = UInt8(ascii: "\n")
        let before = Set(" \t\r\n[{,:-?".utf8)
        for byte in text.utf8 {
            if byte == UInt8(ascii: "*"), before.contains(last) { count += 1 }
            last = byte
        }
        return count
    }

    /// The settings that are null: a reader of the file would take them for the text `null`.
    /// - Throws: as ``provider()``.
    func nulls() throws -> Set<SettingKey> {
        let names = Self.names(in: try Yams.load(yaml: try text()), under: "") { $0 is NSNull }
        return Set(names.compactMap { SettingKey(rawValue: $0) })
    }

    /// The names of the settings in a file whose values meet a condition.
    private static func names(
        in value: Any?, under prefix: String, where isWanted: (Any?) -> Bool = { _ in true }
    ) -> [String] {
        guard let mapping = value as? [AnyHashable: Any] else {
            return prefix.isEmpty || !isWanted(value) ? [] : [prefix]
        }
        return mapping.flatMap {
            names(in: $0.value, under: prefix.isEmpty ? "\($0.key)" : "\(prefix).\($0.key)", where: isWanted)
        }
    }

    private func refusal(_ reason: String) -> CommandFailure {
        CommandFailure(.configuration, "the configuration file \(path) \(reason)")
    }
}
