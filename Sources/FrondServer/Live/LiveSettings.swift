public import Frond
import Synchronization

/// The settings of a running server that a reload replaces, beside its callers and certificates.
public final class LiveSettings: Sendable {
    /// The values, replaced as a whole.
    public struct Values: Hashable, Sendable {
        /// The pages of other origins that may use the server.
        public var cors: CORSPolicy
        /// The requests over HTTP that have a line in the log.
        public var accessLog: AccessLogLevel

        public init(cors: CORSPolicy = .none, accessLog: AccessLogLevel = .off) {
            self.cors = cors
            self.accessLog = accessLog
        }
    }

    /// The default settings, for servers that nothing replaces them of.
    static let unchanging = LiveSettings()

    private let values: Mutex<Values>
    private let changes = Atomic(0)
    let certificates = LiveCertificates()

    /// Creates settings.
    public init(_ values: Values = Values()) {
        self.values = Mutex(values)
    }

    /// The values now.
    public var current: Values { values.withLock { $0 } }

    /// Grows with every change after which what connections remember holds no more.
    var version: Int { changes.load(ordering: .acquiring) }

    /// Replaces the values.
    public func replace(with values: Values) {
        let isNew = self.values.withLock { present in
            defer { present = values }
            return present != values
        }
        if isNew { changes.add(1, ordering: .releasing) }
    }

    /// Reads the certificates of all listeners anew, by the settings of their files.
    ///
    /// A listener that is to have TLS, or to ask for client certificates, where it does not yet needs a restart.
    /// - Throws: `invalidArgument`, naming the file that cannot be used; all certificates stay as they were.
    public func reloadCertificates(
        from old: FrondServer.Configuration, to new: FrondServer.Configuration
    ) throws(FrondError) {
        try certificates.reload { listener in
            let (present, wanted) = listener == .admin ? (old.admin?.tls, new.admin?.tls) : (old.tls, new.tls)
            return ServerTLS.canChange(from: present, to: wanted) ? wanted : nil
        }
    }
}
