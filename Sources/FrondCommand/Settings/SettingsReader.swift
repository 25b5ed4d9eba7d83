import Configuration
import Foundation
import SystemPackage
import Yams

/// Reads settings from the command line, the environment and a file, the first that has a value.
struct SettingsReader {
    private let reader: ConfigReader

    /// - Parameters:
    ///   - options: what stood on the command line.
    ///   - file: a YAML or JSON file, or nil for none.
    /// - Throws: ``CommandFailure`` for a file that cannot be read or has unknown settings.
    init(options: [SettingKey: String], file: String?) async throws {
        let values = options.map {
            (AbsoluteConfigKey(ConfigKey($0.key.rawValue)), ConfigValue(stringLiteral: $0.value))
        }
        var providers: [any ConfigProvider] = [
            InMemoryProvider(values: Dictionary(uniqueKeysWithValues: values)),
            EnvironmentVariablesProvider().prefixKeys(with: "frond"),
        ]
        if let warning = EnvironmentNames.warning(of: ProcessInfo.processInfo.environment.keys) {
            _ = try? FileDescriptor.standardError.writeAll("frond: \(warning)\n".utf8)
        }
        if let file, let provider = try await Self.provider(of: file) { providers.append(provider) }
        reader = ConfigReader(providers: providers)
    }

    /// - Returns: nil for a file that sets nothing.
    private static func provider(of file: String) async throws -> (any ConfigProvider)? {
        do {
            guard try setsAnything(file) else { return nil }
            // JSON is YAML, so one parser serves both.
            return try await FileProvider<YAMLSnapshot>(filePath: FilePath(file))
        } catch let failure as CommandFailure {
            throw failure
        } catch let error as YamlError {
            throw CommandFailure(
                .configuration, "the configuration file \(file) is not YAML or JSON: \(Self.reason(of: error))")
        } catch {
            let reason = "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
            throw CommandFailure(.configuration, "the configuration file \(file) cannot be read: \(reason)")
        }
    }

    /// Where a file is broken, and the cure, in one line.
    private static func reason(of error: YamlError) -> String {
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

    /// Whether a file sets anything: it may be empty, or have comments alone.
    /// - Throws: ``CommandFailure`` for a name that is no setting: a misspelt one would silently mean its default.
    private static func setsAnything(_ file: String) throws -> Bool {
        let handle = try FileDescriptor.open(FilePath(file), .readOnly)
        defer { try? handle.close() }
        var text = [UInt8](repeating: 0, count: 1 << 20)
        let length = try text.withUnsafeMutableBytes { try handle.read(into: $0) }
        let root = try Yams.load(yaml: String(decoding: text[..<length], as: UTF8.self))
        guard let root, !(root is NSNull) else { return false }
        guard root is [AnyHashable: Any] else {
            throw CommandFailure(
                .configuration, "the configuration file \(file) has no settings: write each as 'name: value'")
        }
        for name in names(in: root, under: "") where SettingKey(rawValue: name) == nil {
            throw CommandFailure(
                .configuration,
                "\(name) in \(file) is not a setting; there are: "
                    + SettingKey.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return true
    }

    private static func names(in value: Any?, under prefix: String) -> [String] {
        guard let mapping = value as? [AnyHashable: Any] else { return prefix.isEmpty ? [] : [prefix] }
        return mapping.flatMap { names(in: $0.value, under: prefix.isEmpty ? "\($0.key)" : "\(prefix).\($0.key)") }
    }

    /// The value of a setting as it was written, or nil where none is set.
    func text(_ setting: SettingKey) -> String? {
        let key = ConfigKey(setting.rawValue)
        return reader.string(forKey: key) ?? reader.int(forKey: key).map(String.init)
            ?? reader.double(forKey: key).map { "\($0)" } ?? reader.bool(forKey: key).map { "\($0)" }
            ?? reader.stringArray(forKey: key).map { "\($0)" }
    }

    func string(_ key: SettingKey, default fallback: String) throws -> String {
        guard let text = text(key) else { return fallback }
        guard !text.isEmpty else { throw refusal(of: text, key, "some text") }
        return text
    }

    func integer(_ key: SettingKey, in range: ClosedRange<Int64>, default fallback: Int64) throws -> Int64 {
        guard let text = text(key) else { return fallback }
        guard let number = Int64(text), range.contains(number) else {
            throw refusal(of: text, key, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func fraction(_ key: SettingKey, default fallback: Double) throws -> Double {
        guard let text = text(key) else { return fallback }
        guard let number = Double(text), (0...1).contains(number) else {
            throw refusal(of: text, key, "a number from 0 to 1")
        }
        return number
    }

    func flag(_ key: SettingKey, default fallback: Bool) throws -> Bool {
        guard let text = text(key) else { return fallback }
        switch text.lowercased() {
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
        default: throw refusal(of: text, key, "true or false")
        }
    }

    func duration(_ key: SettingKey, default fallback: Duration) throws -> Duration {
        guard let text = text(key) else { return fallback }
        guard let duration = Duration(text: text), duration > .zero else {
            throw refusal(of: text, key, "a time above zero such as 500ms, 10s, 15m or 2h")
        }
        return duration
    }

    /// A value must be one of a list, each with its name.
    func choice<Value>(_ key: SettingKey, of values: [(String, Value)], default fallback: Value) throws -> Value {
        guard let text = text(key) else { return fallback }
        guard let value = values.first(where: { $0.0 == text }) else {
            throw refusal(of: text, key, "one of " + values.map(\.0).joined(separator: ", "))
        }
        return value.1
    }

    private func refusal(of value: String, _ key: SettingKey, _ allowed: String) -> CommandFailure {
        CommandFailure(.configuration, "\(key.rawValue): '\(value)' is not allowed: it takes \(allowed)")
    }
}
