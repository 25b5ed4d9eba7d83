/// Every setting, by its name in a configuration file.
///
/// In the environment it is `FROND_` and the name in capitals, with underscores between words: `http.maxCount` is
/// `FROND_HTTP_MAX_COUNT`. On the command line it is `--set http.maxCount=500`, and the first few are options.
enum SettingKey: String, CaseIterable {
    case host
    case port
    case dataDirectory = "dataDir"
    case store
    case storePassword
    case registry
    case registryPassword
    case redis
    case redisPassword
    case redisSentinelPassword
    case redisCeilingStep
    case scrambleKey
    case logLevel = "log.level"
    case logFormat = "log.format"
    case logAccess = "log.access"
    case shutdownTimeout
    case shutdownDelay
    case httpMaxCount = "http.maxCount"
    case httpIdleTimeout = "http.idleTimeout"
    case httpRequestTimeout = "http.requestTimeout"
    case httpMaxConnectionAge = "http.maxConnectionAge"
    case httpThreads = "http.threads"
    case httpTrustedProxies = "http.trustedProxies"
    case httpCORSOrigins = "http.cors.origins"
    case adminPort = "admin.port"
    case adminHost = "admin.host"
    case adminTLSCertificate = "admin.tls.certificate"
    case adminTLSKey = "admin.tls.key"
    case adminTLSClientCA = "admin.tls.clientCA"
    case grpcPort = "grpc.port"
    case grpcHost = "grpc.host"
    case grpcMaxStreams = "grpc.maxStreams"
    case grpcMaxOutstanding = "grpc.maxOutstanding"
    case grpcMaxConnectionAge = "grpc.maxConnectionAge"
    case respPort = "resp.port"
    case respHost = "resp.host"
    case respMaxConnections = "resp.maxConnections"
    case respIdleTimeout = "resp.idleTimeout"
    case tlsCertificate = "tls.certificate"
    case tlsKey = "tls.key"
    case tlsClientCA = "tls.clientCA"
    case authTokens = "auth.tokens"
    case limitsClient = "limits.client"
    case limitsTag = "limits.tag"
    case tinyidEnabled = "tinyid.enabled"
    case tagsAutoCreate = "tags.autoCreate"
    case tagsMaxCount = "tags.maxCount"
    case tagsStep = "tags.step"
    case segmentStart = "segment.start"
    case segmentPrefetchFraction = "segment.prefetchFraction"
    case segmentTargetDuration = "segment.targetDuration"
    case segmentMaxStep = "segment.maxStep"
    case segmentWaitLimit = "segment.waitLimit"
    case segmentMaxWaiters = "segment.maxWaiters"
    case snowflakeLayout = "snowflake.layout"
    case snowflakeTick = "snowflake.tick"
    case snowflakeEpoch = "snowflake.epoch"
    case snowflakeTickBits = "snowflake.tickBits"
    case snowflakeDatacenterBits = "snowflake.datacenterBits"
    case snowflakeWorkerBits = "snowflake.workerBits"
    case snowflakeSequenceBits = "snowflake.sequenceBits"
    case snowflakeOrder = "snowflake.order"
    case snowflakeDatacenter = "snowflake.datacenter"
    case snowflakeMaxAhead = "snowflake.maxAhead"
    case snowflakeMaxForwardJump = "snowflake.maxForwardJump"
    case snowflakeWaitLimit = "snowflake.waitLimit"
    case snowflakeMaxWaiters = "snowflake.maxWaiters"
    case workerStart = "worker.start"
    case workerMaxHorizon = "worker.maxHorizon"
    case workerClockPatience = "worker.clockPatience"

    /// The settings that no command shows, and that may be in a file of their own: `FROND_STORE_PASSWORD_FILE`.
    static let secrets: [SettingKey] = [
        .storePassword, .registryPassword, .redisPassword, .redisSentinelPassword, .scrambleKey,
    ]
}
