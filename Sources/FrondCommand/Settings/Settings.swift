import Frond
import FrondServer
import Logging

/// All settings of `frond serve`, checked.
struct Settings {
    var server: FrondServer.Configuration
    var store: StoreURL
    var registry: RegistryURL
    /// Nil where Redis counts nothing.
    var redis: RedisSettings?
    /// The key of tags whose numbers are scrambled; nil where none is set.
    var scrambleKey: ScrambleKey?
    /// The behaviour at the start where the store cannot be used.
    var segmentStart: WorkerPolicy.Start
    var snowflake: SnowflakeSettings
    var logLevel: Logger.Level
    var logFormat: LogFormat
    /// The settings that a reload replaces, beside callers and certificates.
    var live: LiveSettings.Values
    var shutdownTimeout: Duration
    var policy: SegmentPolicy
    /// Nil where unknown tags stay unknown.
    var newTags: TagSettings?
    /// The number of tags from which on none is created on first use.
    var maxTags: Int
    var access: AccessSettings

    /// The policy for tags that have no record yet.
    var missingTags: MissingTags { newTags.map { .create($0, maxCount: maxTags) } ?? .refuse }

    /// - Throws: ``CommandFailure``, naming the setting, its value and what is allowed.
    init(_ reader: SettingsReader) throws {
        shutdownTimeout = try reader.duration(.shutdownTimeout, default: .seconds(10))
        let threads = try reader.integer(.httpThreads, in: 0...1024, default: 0)
        server = FrondServer.Configuration(
            host: reader.string(.host, default: "127.0.0.1"),
            port: Int(try reader.integer(.port, in: 0...65535, default: 8080)),
            maxCount: Int(try reader.integer(.httpMaxCount, in: 1...1_000_000, default: 10_000)),
            idleTimeout: try reader.duration(.httpIdleTimeout, default: .seconds(60)),
            requestTimeout: try reader.duration(.httpRequestTimeout, default: .seconds(30)),
            maxConnectionAge: try reader.text(.httpMaxConnectionAge).map { _ in
                try reader.duration(.httpMaxConnectionAge, default: .zero)
            },
            shutdownDelay: try reader.duration(.shutdownDelay, default: .zero, least: .zero),
            // Twice: for answers under way, then for giving back segments and the worker ID. The rest is to spare.
            drainLimit: shutdownTimeout * 2 / 5,
            threads: threads == 0 ? nil : Int(threads), grpc: try GRPCConfiguration(reader),
            resp: try RESPConfiguration(reader), tls: try ServerTLS(reader),
            admin: try AdminConfiguration(reader), servesTinyid: try reader.flag(.tinyidEnabled, default: false))
        let dataDirectory = reader.string(.dataDirectory, default: "./frond-data")
        store = try StoreURL(
            reader.string(.store, default: "sqlite:"), dataDirectory: dataDirectory,
            password: reader.text(.storePassword), passwordFile: reader.file(of: .storePassword))
        registry =
            if let text = reader.text(.registry) {
                try Self.registry(text, dataDirectory: dataDirectory, reader)
            } else {
                RegistryURL(beside: store)
            }
        redis = try RedisSettings(reader)
        scrambleKey = try ScrambleKey(reader)
        segmentStart = try reader.choice(
            .segmentStart, of: WorkerPolicy.Start.allCases.map { ($0.rawValue, $0) }, default: .fail)
        snowflake = try SnowflakeSettings(reader)
        logLevel = try reader.choice(
            .logLevel, of: Logger.Level.allCases.map { ($0.rawValue, $0) }, default: .info)
        logFormat = try reader.choice(
            .logFormat, of: LogFormat.allCases.map { ($0.rawValue, $0) }, default: .text)
        live = LiveSettings.Values(
            cors: try Self.cors(reader),
            accessLog: try reader.choice(
                .logAccess, of: AccessLogLevel.allCases.map { ($0.rawValue, $0) }, default: .off))
        policy = SegmentPolicy(
            prefetchFraction: try reader.fraction(.segmentPrefetchFraction, default: 0.1),
            targetDuration: try reader.duration(.segmentTargetDuration, default: .seconds(900)),
            maxStep: try reader.integer(.segmentMaxStep, in: 1...1_000_000_000_000, default: 1_000_000),
            waitLimit: try reader.duration(.segmentWaitLimit, default: .seconds(1)),
            maxWaiters: Int(try reader.integer(.segmentMaxWaiters, in: 1...1_000_000, default: 10_000)))
        let autoCreate = try reader.flag(.tagsAutoCreate, default: store.isEmbedded)
        let step = try reader.integer(.tagsStep, in: 1...1_000_000_000_000, default: 1000)
        newTags = autoCreate ? TagSettings(step: step) : nil
        maxTags = Int(
            try reader.integer(.tagsMaxCount, in: 1...100_000_000, default: Int64(MissingTags.defaultMaxCount)))
        access = try AccessSettings(reader)
    }

    /// A registry in a database falls back to the store's password.
    private static func registry(
        _ text: String, dataDirectory: String, _ reader: SettingsReader
    ) throws -> RegistryURL {
        let isOwn = reader.text(.registryPassword) != nil || !StoreURL.isMySQL(text)
        let key: SettingKey = isOwn ? .registryPassword : .storePassword
        return try RegistryURL(
            text, dataDirectory: dataDirectory, password: reader.text(key), passwordFile: reader.file(of: key))
    }

    private static func cors(_ reader: SettingsReader) throws -> CORSPolicy {
        do throws(FrondError) {
            return try CORSPolicy(reader.list(.httpCORSOrigins) ?? "")
        } catch {
            throw CommandFailure(.configuration, "\(SettingKey.httpCORSOrigins.rawValue): \(error.message)")
        }
    }

    /// Lines for people that name what is behind the server.
    var summary: [String] {
        var lines = ["segments: \(store.summary)\(newTags == nil ? "" : ", tags made on first use")"]
        lines.append("worker IDs: \(registry.summary)")
        if case .mysql = store { lines.append("tickets: \(store.summary)") }
        if server.servesTinyid { lines.append("Tinyid's interface: /tinyid/id/nextId and its siblings") }
        if let line = accessSummary { lines.append(line) }
        if let redis { lines.append("counters: \(redis.url)") }
        return lines
    }
}
