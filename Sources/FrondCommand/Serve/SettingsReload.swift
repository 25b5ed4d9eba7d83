import Frond
import FrondServer
import Logging

/// Reads the settings of a running server anew: on SIGHUP, and by `frond reload`.
///
/// A wrong setting, or a file that cannot be used, changes nothing at all.
actor SettingsReload {
    private let read: @Sendable () async throws -> SettingsReader
    private let access: AccessControl
    private let live: LiveSettings
    private let level: LogLevelSetting
    private let logger: Logger
    /// The settings in use.
    private var present: SettingsReader
    /// The settings that the server began with: those that a restart alone changes are still these.
    private let first: SettingsReader
    private let firstServer: FrondServer.Configuration

    /// - Parameters:
    ///   - present: the settings that the server was started with.
    ///   - server: the same for its listeners.
    ///   - read: reads them anew.
    init(
        _ present: SettingsReader, _ server: FrondServer.Configuration, access: AccessControl, live: LiveSettings,
        level: LogLevelSetting, logger: Logger,
        read: @escaping @Sendable () async throws -> SettingsReader
    ) {
        self.present = present
        first = present
        firstServer = server
        self.access = access
        self.live = live
        self.level = level
        self.logger = logger
        self.read = read
    }

    /// Reads the settings anew, and uses what can change while the server runs.
    /// - Throws: `invalidArgument`, naming the setting or the file; all is as it was.
    func run() async throws(FrondError) -> ReloadReport {
        do {
            return try await apply()
        } catch {
            let reason = (error as? CommandFailure)?.message ?? (error as? FrondError)?.message ?? "\(error)"
            logger.error(
                "the settings cannot be read anew; all stays as it was", metadata: ["reason": "\(reason)"])
            throw FrondError(.invalidArgument, "the settings stay as they were: \(reason)")
        }
    }

    private func apply() async throws -> ReloadReport {
        let reader = try await read()
        let settings = try Settings(reader)
        // Last of all that can fail.
        try live.reloadCertificates(from: firstServer, to: settings.server)
        access.replace(with: settings.access.rules)
        live.replace(with: settings.live)
        level.current = settings.logLevel
        let liveKeys = SettingKey.allCases.filter { $0.isLive(firstServer, settings.server) }
        let changed = liveKeys.filter { reader.text($0) != present.text($0) }
        let waiting = SettingKey.allCases.filter { !liveKeys.contains($0) && reader.text($0) != first.text($0) }
        present = reader
        let report = ReloadReport(changed: changed.map(\.rawValue), needRestart: waiting.map(\.rawValue))
        for warning in settings.access.warnings { logger.warning("\(warning)") }
        logger.notice(
            "the settings were read anew", metadata: ["changed": "\(report.changed.joined(separator: " "))"])
        if !report.needRestart.isEmpty {
            logger.warning(
                "these settings changed and need a restart",
                metadata: ["settings": "\(report.needRestart.joined(separator: " "))"])
        }
        return report
    }
}

extension SettingKey {
    /// True for a setting that can change while the server runs.
    fileprivate func isLive(_ old: FrondServer.Configuration, _ new: FrondServer.Configuration) -> Bool {
        switch self {
        case .logLevel, .logAccess, .httpCORSOrigins, .authTokens, .limitsClient, .limitsTag, .httpTrustedProxies: true
        // Other files, but neither TLS where there was none, nor the other way round.
        case .tlsCertificate, .tlsKey, .tlsClientCA: ServerTLS.canChange(from: old.tls, to: new.tls)
        case .adminTLSCertificate, .adminTLSKey, .adminTLSClientCA:
            ServerTLS.canChange(from: old.admin?.tls, to: new.admin?.tls)
        default: false
        }
    }
}
