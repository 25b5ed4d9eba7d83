import Frond

extension FrondError {
    private static let pause = Duration.seconds(1)

    static func unresolvable(_ configuration: ZooKeeperConfiguration) -> FrondError {
        FrondError(
            .registryUnavailable,
            "the addresses of ZooKeeper, \(configuration.servers), cannot be looked up: check the host names and ports",
            retryAfter: pause)
    }

    static func silent(_ configuration: ZooKeeperConfiguration) -> FrondError {
        FrondError(
            .registryUnavailable,
            "ZooKeeper at \(configuration.servers) does not answer within \(configuration.callTimeout): check the "
                + "addresses, and that most of its servers run",
            retryAfter: pause)
    }

    static func refused(_ configuration: ZooKeeperConfiguration) -> FrondError {
        FrondError(
            .registryUnavailable,
            "ZooKeeper at \(configuration.servers) refuses the session: check the user and the password",
            retryAfter: pause)
    }

    static func interrupted(_ request: Request, _ configuration: ZooKeeperConfiguration) -> FrondError {
        let outcome = if case .change = request { "; whether it was changed is not known" } else { "" }
        return FrondError(
            .registryUnavailable,
            "the connection to ZooKeeper at \(configuration.servers) was lost while node '\(request.path)' was asked "
                + "for\(outcome)",
            retryAfter: pause)
    }

    /// A request that ZooKeeper refused.
    init(_ failure: Failure, _ request: Request, _ configuration: ZooKeeperConfiguration) {
        let place = "node '\(request.path)' of ZooKeeper at \(configuration.servers)"
        switch failure {
        case .interrupted:
            self = .interrupted(request, configuration)
        case .noRights:
            let holder = configuration.credentials.map { "user '\($0.user)' has" } ?? "a client without a user has"
            self.init(
                .registryUnavailable,
                "\(holder) no right to \(request.verb) \(place): name a user and password with it, as in "
                    + "zookeeper://user:password@…, or change the node's access list",
                retryAfter: .seconds(5))
        case .noNode, .nodeExists, .versionChanged, .other:
            self.init(
                .registryUnavailable, "cannot \(request.verb) \(place): \(failure.text)", retryAfter: Self.pause)
        }
    }
}

extension Request {
    fileprivate var verb: String {
        if case .change = self { "change" } else { "read" }
    }
}
