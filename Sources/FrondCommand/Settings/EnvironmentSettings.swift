import Foundation
import Frond

/// The settings in a process's environment.
///
/// An empty variable is unset, as compose files and charts leave it. Variables that Kubernetes and Docker set for a
/// service by its name are ignored. A secret may be in a file that a variable ending in `_FILE` names.
struct EnvironmentSettings {
    private static let prefix = "FROND_"
    private static let fileSuffix = "_FILE"

    /// The variables that are settings, and not empty.
    let variables: [String: String]
    /// The files that hold secrets, by their setting.
    let secretFiles: [SettingKey: String]
    /// The variables of other programs' making, whose names look like settings.
    let ofServices: [String]
    /// The variables that look like settings and are not.
    let unknown: [String]

    init(_ environment: [String: String]) {
        let names = Set(SettingKey.allCases.map(EnvironmentNames.name))
        let files = Dictionary(
            uniqueKeysWithValues: SettingKey.secrets.map { (EnvironmentNames.name(of: $0) + Self.fileSuffix, $0) })
        var variables: [String: String] = [:]
        var secretFiles: [SettingKey: String] = [:]
        var ofServices: [String] = []
        var unknown: [String] = []
        for (variable, value) in environment where variable.hasPrefix(Self.prefix) {
            let name = variable.uppercased()
            if Self.isOfService(variable, value) {
                ofServices.append(variable)
            } else if let key = files[name] {
                if !value.isEmpty { secretFiles[key] = value }
            } else if names.contains(name) {
                if !value.isEmpty { variables[name] = value }
            } else {
                unknown.append(variable)
            }
        }
        self.variables = variables
        self.secretFiles = secretFiles
        self.ofServices = ofServices.sorted()
        self.unknown = unknown.sorted()
    }

    /// Lines for people about variables that are ignored.
    var warnings: [String] {
        var lines: [String] = []
        if !ofServices.isEmpty {
            lines.append(
                "set by Kubernetes or Docker for a service by its name, so ignored: "
                    + ofServices.map { $0.printable() }.joined(separator: ", ")
                    + "; 'enableServiceLinks: false' leaves them out")
        }
        if let line = EnvironmentNames.warning(of: unknown) { lines.append(line) }
        return lines
    }

    /// True for the variables of a service: `FROND_PORT=tcp://10.96.0.10:8080`, `FROND_PORT_8080_TCP_ADDR`,
    /// `FROND_SERVICE_HOST`, `FROND_SERVICE_PORT_HTTP`, and those of a service whose name begins with `frond-`.
    private static func isOfService(_ variable: String, _ value: String) -> Bool {
        if variable.hasSuffix("_PORT"), isAddress(value) { return true }
        if variable.hasSuffix("_SERVICE_HOST") || variable.hasSuffix("_SERVICE_PORT") { return true }
        if variable.contains("_SERVICE_PORT_") { return true }
        return variable.firstMatch(of: /_PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/) != nil
    }

    private static func isAddress(_ value: String) -> Bool {
        ["tcp://", "udp://", "sctp://"].contains { value.lowercased().hasPrefix($0) }
    }
}
