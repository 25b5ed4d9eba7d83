import Frond
import GRPCCore

/// The meaning of an answer that a member did not give as it should.
struct EtcdFailure: Error {
    /// The cure.
    enum Cure: Hashable, Sendable {
        /// Another member may answer, or the same by another connection.
        case askElsewhere
        /// The token of the user is not valid any more; nothing was done.
        case renewToken
        /// Nothing that a program can do; nothing was done.
        case none
    }

    var cure: Cure
    var error: FrondError
    /// True if time ran out.
    var isTimeout = false

    /// - Parameters:
    ///   - error: what gRPC throws.
    ///   - isCancelled: whether the task that made the call was cancelled.
    init(_ error: any Error, of endpoint: EtcdEndpoint, _ configuration: EtcdConfiguration, isCancelled: Bool) {
        let place = "etcd at \(endpoint)"
        switch error {
        case let error as FrondError:
            self.init(.none, error)
        case _ where isCancelled:
            self.init(.none, FrondError(.cancelled, "the call to \(place) was cancelled", cause: error))
        case let error as RPCError:
            self = Self.answer(error, place, configuration) ?? Self.silence(error, place, configuration)
        default:
            self.init(.askElsewhere, "\(place) cannot be used", error)
        }
    }

    private init(_ cure: Cure, _ error: FrondError) {
        self.cure = cure
        self.error = error
    }

    private init(_ cure: Cure, _ message: String, _ cause: any Error, retryAfter: Duration = .seconds(1)) {
        self.init(cure, FrondError(.registryUnavailable, message, retryAfter: retryAfter, cause: cause))
    }

    /// The text of etcd itself; nil where it did not come to that.
    private static func answer(
        _ error: RPCError, _ place: String, _ configuration: EtcdConfiguration
    ) -> EtcdFailure? {
        func says(_ text: String) -> Bool { error.message.contains(text) }
        func refusal(_ message: String) -> EtcdFailure {
            EtcdFailure(.none, "\(place) \(message)", error, retryAfter: .seconds(5))
        }
        let user = configuration.user.map { "user '\($0.name)'" } ?? "a user without a name"
        if says("invalid auth token") || says("revision of auth store is old") {
            return EtcdFailure(.renewToken, "\(place) does not know the token of \(user) any more", error)
        }
        if error.code == .permissionDenied {
            return refusal(
                "gives \(user) no right to the keys below '\(configuration.prefix)/': grant it with 'etcdctl role "
                    + "grant-permission ROLE readwrite \(configuration.prefix)/ --prefix=true'")
        }
        if says("authentication failed") {
            return refusal("does not accept \(user) with this password: correct the URL")
        }
        if says("user name is empty") {
            return refusal("wants a user: write etcd://user:password@… in the URL")
        }
        if says("authentication is not enabled") {
            return refusal("has no users: leave 'user:password@' away, or run 'etcdctl auth enable' there")
        }
        if says("database space exceeded") {
            return refusal("is full: compact and defragment it, then run 'etcdctl alarm disarm'")
        }
        if error.code == .unimplemented {
            return EtcdFailure(
                .askElsewhere, "\(place) does not know etcd's version 3 interface: correct the address", error)
        }
        guard says("etcdserver: ") else { return nil }
        return EtcdFailure(
            .askElsewhere,
            "\(place) cannot answer (\(error.message)): see that the majority of its members runs and is connected",
            error)
    }

    private static func silence(
        _ error: RPCError, _ place: String, _ configuration: EtcdConfiguration
    ) -> EtcdFailure {
        func failure(_ message: String) -> EtcdFailure {
            EtcdFailure(.askElsewhere, "\(place) \(message)", error)
        }
        if error.code == .deadlineExceeded {
            var failure = failure(
                "did not answer within \(configuration.timeout): it hangs, is cut off, or has no majority")
            failure.isTimeout = true
            return failure
        }
        let reason = error.reason
        func says(_ texts: String...) -> Bool { texts.contains { reason.contains($0) } }
        if says("Couldn't resolve address") { return failure("has a name that no address is known of: correct it") }
        if says("Connection refused", "ECONNREFUSED") {
            return failure("refuses connections: start it, or correct the address")
        }
        if says("CERTIFICATE_VERIFY_FAILED") {
            return failure(
                "has a certificate that is not trusted: name the file of the authority that signed it with ca=FILE")
        }
        if says("failedToValidateHostname") {
            return failure("has a certificate of another name: connect to the name that it is of")
        }
        if says("CERTIFICATE_REQUIRED", "BAD_CERTIFICATE", "UNKNOWN_CA", "CERTIFICATE_UNKNOWN") {
            return failure(
                "requires a client certificate that it trusts: name one with cert=FILE and key=FILE")
        }
        if says("WRONG_VERSION_NUMBER", "EOF during handshake") {
            return failure(
                "does not agree on encryption: leave out 'tls', 'ca', 'cert' and 'key' if it serves without")
        }
        // A server that does not like what it hears may say why, or just close the connection.
        let hint =
            configuration.tls == nil
            ? "or add tls=true if it wants encryption"
            : "name a certificate that it trusts with cert=FILE and key=FILE, or leave out 'tls', 'ca', 'cert' and "
                + "'key' where it has no encryption"
        return failure("broke the connection or cannot be reached: start it, correct the address, \(hint)")
    }
}

extension RPCError {
    /// The messages of the error and of all that are beneath it.
    fileprivate var reason: String {
        var texts = ["\(message)"]
        var next = cause
        while let error = next {
            if let error = error as? RPCError {
                texts.append(error.message)
                next = error.cause
            } else {
                texts.append("\(error)")
                next = nil
            }
        }
        return texts.joined(separator: ": ")
    }
}
