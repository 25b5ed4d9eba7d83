import ArgumentParser

/// The options by which any setting can be given on the command line.
struct SettingOptions: ParsableArguments {
    @Option(help: "A YAML or JSON file with settings.")
    var config: String?

    @Option(
        help: "Where numbers are reserved, such as sqlite:/var/lib/frond/frond.sqlite or mysql://user@host/database.")
    var store: String?

    @Option(help: "The folder of the embedded store. (default: ./frond-data)")
    var dataDir: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Any other setting, as name=value; docs/settings.md lists them.", valueName: "name=value"))
    var set: [String] = []

    /// Reads the settings; `more` holds those that a command has options of its own for, which win over `--set`.
    func reader(_ more: [SettingKey: String?] = [:]) async throws -> SettingsReader {
        var values: [SettingKey: String] = [:]
        for setting in set {
            let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let key = SettingKey(rawValue: String(parts[0])) else {
                throw CommandFailure(
                    .usage,
                    "--set '\(setting)' is not name=value with one of these names: "
                        + SettingKey.allCases.map(\.rawValue).joined(separator: ", "))
            }
            values[key] = String(parts[1])
        }
        values.merge(more.compactMapValues { $0 }) { $1 }
        if let store { values[.store] = store }
        if let dataDir { values[.dataDirectory] = dataDir }
        return try await SettingsReader(options: values, file: config)
    }
}
