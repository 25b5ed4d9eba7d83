import Logging
import Synchronization

/// The level of the server's log, which a reload changes.
final class LogLevelSetting: Sendable {
    private let level: Mutex<Logger.Level>

    init(_ level: Logger.Level) {
        self.level = Mutex(level)
    }

    var current: Logger.Level {
        get { level.withLock { $0 } }
        set { level.withLock { $0 = newValue } }
    }
}

/// Writes lines from the present ``LogLevelSetting`` on.
///
/// A logger that is given a level of its own, as the frameworks' are, keeps it.
struct LiveLogHandler: LogHandler {
    private let setting: LogLevelSetting
    private var ownLevel: Logger.Level?
    private var base: any LogHandler

    init(_ base: any LogHandler, level setting: LogLevelSetting) {
        self.base = base
        self.base.logLevel = .trace
        self.setting = setting
    }

    var logLevel: Logger.Level {
        get { ownLevel ?? setting.current }
        set { ownLevel = newValue }
    }

    var metadata: Logger.Metadata {
        get { base.metadata }
        set { base.metadata = newValue }
    }

    var metadataProvider: Logger.MetadataProvider? {
        get { base.metadataProvider }
        set { base.metadataProvider = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { base[metadataKey: key] }
        set { base[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) { base.log(event: event) }
}
