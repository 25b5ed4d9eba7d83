import ArgumentParser

/// The options by which any setting can be given on the command line.
struct SettingOptions: ParsableArguments {
    @Option(help: "A YAML or JSON file with settings.")
    var config: String?

    @Option(help: "Where numbers are reserved, such as sqlite: or sqlite:/var/lib/frond/frond.sqlite.")
    var store: String?

    @Option(help: "The folder of the embedded store. (default: ./frond-data)")
    var dataDir: String?

    @Option(help: ArgumentHelp("Any other setting, as name=value; the README lists them.", valueName: "name=value"))
    var set: [String] = []

    /// Reads the settings; `more` holds those that a command has options of its own for.
    func reader(_ more: [SettingKey: String?] = [:]) async throws -> SettingsReader {
        var values: [SettingKey: String] = more.compactMapValues { $0 }
        values[.store] = store
        values[.dataDirectory] = dataDir
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
        return try await SettingsReader(options: values, file: config)
    }
}
