import Frond
import RESP

/// What a connection says first, all in one round trip, and what the replies mean: decides, and does nothing else.
struct HandshakeStateMachine: Sendable {
    /// A request of the handshake.
    enum Request: Hashable, Sendable {
        case authenticate(user: String?, password: String)
        case select(Int)
        /// Refuse a server that is not a primary.
        case checkPrimary
        /// Refuse a server that is not part of a cluster.
        case checkCluster
        case load(Script)
        /// Ask a Sentinel for the address of a primary.
        case findPrimary(String)

        var words: [String] {
            switch self {
            case .authenticate(let user?, let password): ["AUTH", user, password]
            case .authenticate(nil, let password): ["AUTH", password]
            case .select(let database): ["SELECT", "\(database)"]
            case .checkPrimary: ["INFO", "replication"]
            case .checkCluster: ["INFO", "cluster"]
            case .load(let script): ["SCRIPT", "LOAD", script.text]
            case .findPrimary(let name): ["SENTINEL", "get-master-addr-by-name", name]
            }
        }
    }

    /// The outcome of a handshake.
    struct Greeting: Hashable, Sendable {
        /// The digests by which the server knows the scripts.
        var digests: [Script: String] = [:]
        /// The primary that a Sentinel names; nil where it knows none of that name.
        var primary: RedisEndpoint?
    }

    enum Progress: Sendable {
        case waiting
        case done(Greeting)
        case failed(FrondError)
    }

    let requests: [Request]
    private let server: ServerName
    private var greeting = Greeting()
    private var answered = 0

    /// - Parameter requests: at least one.
    init(_ requests: [Request], server: ServerName) {
        precondition(!requests.isEmpty, "a handshake has a request")
        self.requests = requests
        self.server = server
    }

    /// The reply to the first request that has none. Nothing follows a failure.
    mutating func received(_ reply: RESPValue) -> Progress {
        guard answered < requests.count else { return .failed(.strange(server, reply)) }
        if case .error(let text) = reply { return .failed(.refused(server, text)) }
        if let error = take(reply, requests[answered]) { return .failed(error) }
        answered += 1
        return answered == requests.count ? .done(greeting) : .waiting
    }

    /// - Returns: the reason to refuse the server.
    private mutating func take(_ reply: RESPValue, _ request: Request) -> FrondError? {
        switch request {
        case .authenticate, .select: return nil
        case .checkPrimary:
            guard let info = reply.text else { return .strange(server, reply) }
            return Self.field("role", of: info) == "master" ? nil : .isReplica(server)
        case .checkCluster:
            guard let info = reply.text else { return .strange(server, reply) }
            return Self.field("cluster_enabled", of: info) == "1" ? nil : .isNoCluster(server)
        case .load(let script):
            guard let digest = reply.text else { return .strange(server, reply) }
            greeting.digests[script] = digest
            return nil
        case .findPrimary:
            if reply == .null { return nil }
            let parts = reply.elements
            guard parts.count == 2, let host = parts[0].text, !host.isEmpty, let port = parts[1].number,
                (1...65535).contains(port)
            else { return .strange(server, reply) }
            greeting.primary = RedisEndpoint(host: host, port: Int(port))
            return nil
        }
    }

    private static func field(_ name: String, of info: String) -> Substring? {
        info.split(whereSeparator: \.isNewline).first { $0.hasPrefix("\(name):") }?.dropFirst(name.count + 1)
    }
}

extension HandshakeStateMachine.Request {
    /// The request that signs in; none without credentials.
    static func signIn(user: String?, password: String?) -> [Self] {
        guard user != nil || password != nil else { return [] }
        return [.authenticate(user: user, password: password ?? "")]
    }

    /// The requests to a server that counts.
    /// - Parameter check: what is asked before the scripts are sent.
    static func counting(for url: RedisURL, check: Self?) -> [Self] {
        signIn(user: url.user, password: url.password)
            + (url.database == 0 ? [] : [.select(url.database)])
            + (check.map { [$0] } ?? [])
            + Script.allCases.map { .load($0) }
    }
}
