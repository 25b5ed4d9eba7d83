import Configuration
import Foundation
import Frond
import Synchronization
import SystemPackage

/// Reads settings from the command line, the environment and a file, the first that has a value.
///
/// An empty value is none, wherever it stands, so that a variable or a template that is left empty means the default.
struct SettingsReader {
    private static let hasWarned = Mutex(false)

    private let reader: ConfigReader
    private let secrets: [SettingKey: String]
    private let secretFiles: [SettingKey: String]
    /// The settings that are null in the file, where the reader has their text.
    private let nulls: Set<SettingKey>

    /// - Parameters:
    ///   - options: the settings on the command line.
    ///   - file: a YAML or JSON file, or nil for none.
    ///   - environment: the variables of the process.
    /// - Throws: ``CommandFailure`` for a file that cannot be read or has unknown settings.
    init(
        options: [SettingKey: String], file: String?,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) async throws {
        let values = options.filter { !$0.value.isEmpty }.map {
            (AbsoluteConfigKey(ConfigKey($0.key.rawValue)), ConfigValue(stringLiteral: $0.value))
        }
        let settings = EnvironmentSettings(environment)
        Self.warnOnce(settings.warnings)
        var providers: [any ConfigProvider] = [
            InMemoryProvider(values: Dictionary(uniqueKeysWithValues: values)),
            EnvironmentVariablesProvider(environmentVariables: settings.variables).prefixKeys(with: "frond"),
        ]
        var nulls: Set<SettingKey> = []
        if let file, !file.isEmpty {
            let file = ConfigurationFile(path: file)
            if let provider = try await file.provider() {
                providers.append(provider)
                nulls = try file.nulls()
            }
        }
        self.nulls = nulls
        reader = ConfigReader(providers: providers)
        secrets = try Self.secrets(in: settings.secretFiles, beside: reader)
        secretFiles = settings.secretFiles
    }

    /// A command that reads its settings twice says it once.
    private static func warnOnce(_ lines: [String]) {
        let isFirst = hasWarned.withLock { hasWarned in
            defer { hasWarned = true }
            return !hasWarned
        }
        guard isFirst else { return }
        for line in lines { Diagnostics.write(line) }
    }

    private static func secrets(
        in files: [SettingKey: String], beside reader: ConfigReader
    ) throws -> [SettingKey: String] {
        var secrets: [SettingKey: String] = [:]
        for (key, path) in files {
            guard reader.string(forKey: ConfigKey(key.rawValue), default: "").isEmpty else {
                let name = EnvironmentNames.name(of: key)
                throw CommandFailure(.configuration, "\(key.rawValue) and \(name)_FILE are both set; keep one of them")
            }
            secrets[key] = try SecretFile(setting: key, path: path).read()
        }
        return secrets
    }

    /// The file that a secret is from; nil where it is from elsewhere.
    func file(of secret: SettingKey) -> String? { secretFiles[secret] }

    /// The value of a setting as it was written; nil where none is set.
    func text(_ setting: SettingKey) -> String? {
        if let secret = secrets[setting] { return secret }
        let key = ConfigKey(setting.rawValue)
        let text: String? = reader.string(forKey: key) ?? number(key) ?? other(key)
        if nulls.contains(setting), text == "null" || text == "~" { return nil }
        return text?.isEmpty == true ? nil : text
    }

    /// The values of a setting that takes several, with commas between them: a list in a file too; nil for none.
    func list(_ setting: SettingKey) -> String? {
        let key = ConfigKey(setting.rawValue)
        guard reader.string(forKey: key) == nil, let parts = reader.stringArray(forKey: key) else {
            return text(setting)
        }
        return parts.isEmpty ? nil : parts.joined(separator: ",")
    }

    private func number(_ key: ConfigKey) -> String? {
        if let integer = reader.int(forKey: key) { return String(integer) }
        return reader.double(forKey: key).map { "\($0)" }
    }

    private func other(_ key: ConfigKey) -> String? {
        if let flag = reader.bool(forKey: key) { return flag ? "true" : "false" }
        return reader.stringArray(forKey: key).map { "\($0)" }
    }

    func string(_ key: SettingKey, default fallback: String) -> String {
        text(key) ?? fallback
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

    /// - Parameter least: `.zero` where none is a time too.
    func duration(_ key: SettingKey, default fallback: Duration, least: Duration? = nil) throws -> Duration {
        guard let text = text(key) else { return fallback }
        guard let duration = Duration(text: text), least.map({ duration >= $0 }) ?? (duration > .zero) else {
            let range = least == .zero ? "a time" : "a time above zero"
            throw refusal(of: text, key, "\(range) such as 500ms, 10s, 15m or 2h")
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
        CommandFailure(
            .configuration, "\(key.rawValue): '\(value.printable(limit: 100))' is not allowed: it takes \(allowed)")
    }
}
