import Frond
import FrondServer

/// The settings of who may do what, and how much: `auth.tokens`, `limits.client`, `limits.tag`, `http.trustedProxies`.
struct AccessSettings {
    /// The rules for the server.
    let rules: AccessRules
    /// Lines for people.
    let warnings: [String]

    /// Reads the settings and the tokens file; a reload does so again.
    /// - Throws: ``CommandFailure``, naming the setting or the line of the file.
    init(_ reader: SettingsReader) throws {
        var rules = AccessRules()
        rules.clientLimit = try reader.text(.limitsClient).map { text in
            try Self.named(.limitsClient) { () throws(FrondError) in try RateLimit(text) }
        }
        rules.tagLimit = try reader.text(.limitsTag).map { text in
            try Self.named(.limitsTag) { () throws(FrondError) in try RateLimit(text) }
        }
        rules.trustedProxies = try (reader.text(.httpTrustedProxies) ?? "")
            // A list in a file comes with brackets and quotes.
            .split(whereSeparator: { ", []\"".contains($0) })
            .map { text in
                try Self.named(.httpTrustedProxies) { () throws(FrondError) in try AddressRange(String(text)) }
            }
        var warnings: [String] = []
        if let path = reader.text(.authTokens) {
            let file = try TokensFile(path: path).read()
            rules.table = file.table
            warnings = file.warnings
        }
        self.rules = rules
        self.warnings = warnings
    }

    private static func named<Value>(
        _ key: SettingKey, _ read: () throws(FrondError) -> Value
    ) throws(CommandFailure) -> Value {
        do throws(FrondError) {
            return try read()
        } catch {
            throw CommandFailure(.configuration, "\(key.rawValue): \(error.message)")
        }
    }
}

extension Settings {
    /// The line at the start that says who may do what; nil for a server of this machine alone that needs no line.
    var accessSummary: String? {
        if let table = access.rules.table {
            return "access: tokens, \(table.entries.count) entries"
        }
        let hosts = [server.host, server.grpc?.host, server.resp?.host].compactMap(\.self)
        guard server.tls?.clientCA == nil, !hosts.allSatisfy(Self.isLoopback) else { return nil }
        return
            "access: IDs are open; administration and reservations are for this machine alone, until auth.tokens is set"
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}
