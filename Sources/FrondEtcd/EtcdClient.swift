import Frond
import Logging
import Synchronization

/// Calls to an etcd, by whichever member answers.
///
/// Reads are repeated with another member where one does not answer. A write is sent once: where its answer does not
/// come, it is unknown whether it was made, and the error says so.
final class EtcdClient: Sendable {
    private struct State: Sendable {
        var rotation: EndpointRotation
        var connections: [Int: EtcdConnection] = [:]
        var token: String?
        var isClosed = false
    }

    let configuration: EtcdConfiguration
    let logger: Logger?
    private let time: any TimeSource
    private let state: Mutex<State>

    /// Does not connect yet.
    /// - Throws: `invalidArgument` where a file of the encryption cannot be used.
    init(_ configuration: EtcdConfiguration, logger: Logger?, time: any TimeSource) throws(FrondError) {
        try configuration.checkFiles()
        self.configuration = configuration
        self.logger = logger
        self.time = time
        state = Mutex(
            State(rotation: EndpointRotation(count: configuration.endpoints.count, seed: .random(in: 0 ... .max))))
    }

    /// Ends the calls that wait, and returns once the connections are closed. Later calls are refused.
    func close() async {
        let connections = state.withLock { state in
            defer { state.connections = [:] }
            state.isClosed = true
            return state.connections
        }
        for connection in connections.values { await connection.close() }
    }

    func range(_ request: Etcdserverpb_RangeRequest) async throws(FrondError) -> Etcdserverpb_RangeResponse {
        try await read { connection, call in try await connection.range(request, call) }
    }

    /// A transaction that changes nothing.
    func read(_ request: Etcdserverpb_TxnRequest) async throws(FrondError) -> Etcdserverpb_TxnResponse {
        try await read { connection, call in try await connection.transaction(request, call) }
    }

    /// A transaction that changes something.
    /// - Parameter what: the change, for the error.
    /// - Throws: `registryUnavailable` or `cancelled`, also where the change may have been made.
    func write(
        _ request: Etcdserverpb_TxnRequest, _ what: String
    ) async throws(FrondError) -> Etcdserverpb_TxnResponse {
        guard let index = state.withLock({ $0.rotation.next(tried: [], now: time.monotonic) }) else {
            preconditionFailure("there is always a member to ask first")
        }
        do throws(EtcdFailure) {
            return try await attempt(index) { connection, call in try await connection.transaction(request, call) }
        } catch {
            guard error.cure == .askElsewhere || error.error.code == .cancelled else { throw error.error }
            throw FrondError(
                error.error.code, "whether \(what) was made is not known: \(error.error.message)",
                retryAfter: error.error.retryAfter, cause: error.error.cause)
        }
    }

    private typealias Call<Answer> = @Sendable (EtcdConnection, EtcdCall) async throws -> Answer

    private func read<Answer: Sendable>(_ call: Call<Answer>) async throws(FrondError) -> Answer {
        var tried: Set<Int> = []
        var errors: [FrondError] = []
        while let index = state.withLock({ $0.rotation.next(tried: tried, now: time.monotonic) }) {
            tried.insert(index)
            do throws(EtcdFailure) {
                return try await attemptAgain(index, call)
            } catch {
                guard error.cure == .askElsewhere else { throw error.error }
                logger?.debug(
                    "a member of etcd does not answer", metadata: LogKey.metadata([.error: "\(error.error)"]))
                errors.append(error.error)
            }
        }
        guard errors.count > 1, let last = errors.last else {
            throw errors.last ?? FrondError(.registryUnavailable, "\(configuration) has no member to ask")
        }
        throw FrondError(
            last.code, "no member of \(configuration) answers: \(errors.map(\.message).joined(separator: "; "))",
            retryAfter: last.retryAfter, cause: last.cause)
    }

    /// A connection that was there before may have been broken since: a read is made again by a new one.
    private func attemptAgain<Answer: Sendable>(
        _ index: Int, _ call: Call<Answer>
    ) async throws(EtcdFailure) -> Answer {
        let wasThere = state.withLock { $0.connections[index] != nil }
        do throws(EtcdFailure) {
            return try await attempt(index, call)
        } catch {
            guard wasThere, error.cure == .askElsewhere, !error.isTimeout else { throw error }
            return try await attempt(index, call)
        }
    }

    /// Makes a call to one member, by the connection there is or a new one.
    private func attempt<Answer: Sendable>(_ index: Int, _ call: Call<Answer>) async throws(EtcdFailure) -> Answer {
        let endpoint = configuration.endpoints[index]
        let connection = try connection(index)
        do {
            let answer = try await authorised(connection, endpoint, call)
            state.withLock { $0.rotation.succeeded(index) }
            return answer
        } catch {
            guard error.cure == .askElsewhere else { throw error }
            // What is dropped is closed when its last call has ended; outside the lock.
            _ = state.withLock { state in
                state.rotation.failed(index, now: time.monotonic)
                return state.connections[index] === connection ? state.connections.removeValue(forKey: index) : nil
            }
            throw error
        }
    }

    private func connection(_ index: Int) throws(EtcdFailure) -> EtcdConnection {
        let endpoint = configuration.endpoints[index]
        do {
            if let connection = try connection(index, orElse: nil).usable { return connection }
            // Reads files, so not under the lock: where two calls do it at once, one connection is never used.
            let new = try EtcdConnection(to: endpoint, tls: configuration.tls)
            return try connection(index, orElse: new).usable ?? new
        } catch {
            throw EtcdFailure(error, of: endpoint, configuration, isCancelled: Task.isCancelled)
        }
    }

    /// The connection there is, or else the new one from now on; and the one that is used up, which is let go of by the
    /// caller, outside the lock.
    private func connection(
        _ index: Int, orElse new: EtcdConnection?
    ) throws(FrondError) -> (usable: EtcdConnection?, usedUp: EtcdConnection?) {
        try state.withLock { state throws(FrondError) in
            guard !state.isClosed else { throw FrondError(.registryUnavailable, "\(configuration) is closed") }
            let current = state.connections[index]
            if let current, current.takeCall() { return (current, nil) }
            state.connections[index] = new
            return (new, current)
        }
    }

    /// Makes a call in the name of the user; with a new token where the old one is not valid any more.
    private func authorised<Answer: Sendable>(
        _ connection: EtcdConnection, _ endpoint: EtcdEndpoint, _ call: Call<Answer>
    ) async throws(EtcdFailure) -> Answer {
        let token = try await token(replacing: nil, connection, endpoint)
        do throws(EtcdFailure) {
            return try await perform(connection, endpoint, token, call)
        } catch {
            guard error.cure == .renewToken, let token else { throw error }
            let renewed = try await self.token(replacing: token, connection, endpoint)
            return try await perform(connection, endpoint, renewed, call)
        }
    }

    /// - Parameter old: the token that is not valid any more.
    /// - Returns: nil where no user is needed.
    private func token(
        replacing old: String?, _ connection: EtcdConnection, _ endpoint: EtcdEndpoint
    ) async throws(EtcdFailure) -> String? {
        guard let user = configuration.user else { return nil }
        // Another call may have got a new one already.
        if let token = state.withLock({ $0.token }), token != old { return token }
        let token = try await perform(connection, endpoint, nil) { connection, call in
            try await connection.authenticate(user, call)
        }
        state.withLock { $0.token = token }
        return token
    }

    private func perform<Answer: Sendable>(
        _ connection: EtcdConnection, _ endpoint: EtcdEndpoint, _ token: String?, _ call: Call<Answer>
    ) async throws(EtcdFailure) -> Answer {
        do {
            return try await call(connection, EtcdCall(timeout: configuration.timeout, token: token))
        } catch {
            throw EtcdFailure(error, of: endpoint, configuration, isCancelled: Task.isCancelled)
        }
    }
}
