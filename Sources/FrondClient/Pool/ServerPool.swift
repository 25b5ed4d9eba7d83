import Frond
import FrondAPI
import GRPCCore
import Logging
import Synchronization

/// The servers of a client, and the calls to them.
///
/// A repeatable call goes to one server, and to another if the first fails or takes long: the first answer counts. Any
/// other call is sent once, to a server that has just answered. ``ServerChoice`` and ``CallAttempts`` decide.
final class ServerPool: Sendable {
    /// A call to a server, by the connection and within the options that it is passed.
    typealias Call<Answer> = @Sendable (ServerConnection, CallOptions) async throws -> Answer

    private struct State: Sendable {
        var choice: ServerChoice
        var connections: [ServerAddress: ServerConnection] = [:]
        var isClosed = false
    }

    /// The maximum time of a probe.
    private static let probeLimit = Duration.seconds(1)

    let policy: PoolPolicy
    let time: any TimeSource
    private let tls: ClientTLS?
    private let token: ClientToken?
    private let logger: Logger
    private let state: Mutex<State>

    /// Creates a pool that connects at the first call.
    /// - Parameter servers: the gRPC addresses of the servers: one or more.
    /// - Throws: `invalidArgument`, naming the invalid address.
    init(
        _ servers: [String], tls: ClientTLS?, token: ClientToken? = nil, policy: PoolPolicy, time: any TimeSource,
        logger: Logger?
    ) throws(FrondError) {
        var addresses: [ServerAddress] = []
        for server in servers {
            let address = try ServerAddress(server)
            if !addresses.contains(address) { addresses.append(address) }
        }
        guard !addresses.isEmpty else {
            throw FrondError(
                .invalidArgument, "a client takes the address of one server or more, such as 127.0.0.1:9090")
        }
        self.policy = policy
        self.time = time
        self.tls = tls
        self.token = token
        self.logger = logger ?? .silent
        state = Mutex(State(choice: ServerChoice(addresses, policy: policy, seed: .random(in: 0 ... .max))))
    }

    /// The known servers.
    var addresses: [ServerAddress] { state.withLock { $0.choice.addresses } }

    /// Ends the calls that wait, and returns once the connections are closed. Later calls are refused.
    func close() async {
        let connections = state.withLock { state in
            defer { state.connections = [:] }
            state.isClosed = true
            return state.connections
        }
        for connection in connections.values { await connection.close() }
    }

    // MARK: Calls

    /// Makes a call that may be made twice.
    /// - Parameter unavailable: the code of the error if no server answers.
    func call<Answer: Sendable>(
        orElse unavailable: FrondError.Code, _ call: @escaping Call<Answer>
    ) async throws(FrondError) -> Answer {
        try await repeated(unavailable, call).answer
    }

    /// Makes a call that must not be made twice: a server is probed first.
    /// - Throws: also if the call may have been made, and its answer was lost.
    func callOnce<Answer: Sendable>(
        orElse unavailable: FrondError.Code, _ call: @escaping Call<Answer>
    ) async throws(FrondError) -> Answer {
        let deadline = time.monotonic + policy.callLimit
        let address = try await repeated(unavailable) { connection, options in
            try await connection.health.check(.init(), options: options)
        }.server
        state.withLock { $0.choice.began(address) }
        let result = await attempt(address, until: deadline, unavailable, call)
        note(address, result)
        do {
            return try result.get()
        } catch {
            guard error.isSilence else { throw error.error }
            throw FrondError(
                unavailable, "whether the call was carried out is not known: \(error.error.message)",
                retryAfter: error.error.retryAfter, cause: error.error.cause)
        }
    }

    private enum Event<Answer: Sendable>: Sendable {
        case ended(ServerAddress, Result<Answer, CallFailure>)
        /// A server did not answer within its time.
        case overdue(ServerAddress)
    }

    private func repeated<Answer: Sendable>(
        _ unavailable: FrondError.Code, _ call: @escaping Call<Answer>
    ) async throws(FrondError) -> (answer: Answer, server: ServerAddress) {
        tend()
        let deadline = time.monotonic + policy.callLimit
        let outcome = await withTaskGroup(
            of: Event<Answer>.self, returning: Result<(answer: Answer, server: ServerAddress), FrondError>.self
        ) { group in
            var attempts = CallAttempts(patience: policy.patience)
            send(&attempts, in: &group, until: deadline, unavailable, call)
            for await event in group {
                switch event {
                case .overdue(let address):
                    if attempts.isUnderWay(address) {
                        send(&attempts, in: &group, until: deadline, unavailable, call)
                    }
                case .ended(let address, let result):
                    guard let end = ended(address, result, &attempts) else {
                        send(&attempts, in: &group, until: deadline, unavailable, call)
                        if let error = attempts.end(unavailable) { return .failure(error) }
                        continue
                    }
                    group.cancelAll()
                    return end.map { ($0, address) }
                }
            }
            return .failure(FrondError(noneOf: [], unavailable))
        }
        return try outcome.get()
    }

    /// Sends a call to one more server, if there is one that it was not sent to.
    private func send<Answer: Sendable>(
        _ attempts: inout CallAttempts, in group: inout TaskGroup<Event<Answer>>, until deadline: Duration,
        _ unavailable: FrondError.Code, _ call: @escaping Call<Answer>
    ) {
        guard let address = state.withLock({ $0.choice.pick(except: attempts.tried) }) else { return }
        attempts.sent(to: address, now: time.monotonic)
        group.addTask { .ended(address, await self.attemptAgain(address, until: deadline, unavailable, call)) }
        group.addTask { [time, policy] in
            await time.sleep(until: time.monotonic + policy.patience)
            return .overdue(address)
        }
    }

    /// - Returns: the result for the caller; nil if another server may do better.
    private func ended<Answer>(
        _ address: ServerAddress, _ result: Result<Answer, CallFailure>, _ attempts: inout CallAttempts
    ) -> Result<Answer, FrondError>? {
        let now = time.monotonic
        note(address, result)
        if case .failure(let failure) = result, failure.mayAskElsewhere {
            attempts.failed(address, failure.error)
            return nil
        }
        let isCancelled = Task.isCancelled
        let others = attempts.answered(by: address, now: now)
        state.withLock { state in
            for (other, outcome) in others { state.choice.ended(other, isCancelled ? .abandoned : outcome, now: now) }
        }
        return result.mapError(\.error)
    }

    /// Makes a call that may be made twice. A connection that was there before may have been broken since: it is made
    /// again by a new one.
    private func attemptAgain<Answer>(
        _ address: ServerAddress, until deadline: Duration, _ unavailable: FrondError.Code, _ call: Call<Answer>
    ) async -> Result<Answer, CallFailure> {
        let wasThere = state.withLock { $0.connections[address] != nil }
        let result = await attempt(address, until: deadline, unavailable, call)
        guard wasThere, case .failure(let failure) = result, failure.isBroken else { return result }
        drop(address)
        return await attempt(address, until: deadline, unavailable, call)
    }

    /// Makes a call to one server, by the connection there is or a new one.
    private func attempt<Answer>(
        _ address: ServerAddress, until deadline: Duration, _ unavailable: FrondError.Code, _ call: Call<Answer>
    ) async -> Result<Answer, CallFailure> {
        let limit = max(deadline - time.monotonic, .milliseconds(1))
        do {
            return .success(try await call(try connection(to: address), .within(limit)))
        } catch {
            return .failure(
                CallFailure(error, of: address, within: policy.callLimit, unavailable, isCancelled: Task.isCancelled))
        }
    }

    /// Records the outcome of a call to a server.
    private func note<Answer>(_ address: ServerAddress, _ result: Result<Answer, CallFailure>) {
        let now = time.monotonic
        guard case .failure(let failure) = result, failure.error.code != .cancelled else {
            let isAnswer = if case .success = result { true } else { false }
            state.withLock { $0.choice.ended(address, isAnswer ? .answered : .abandoned, now: now) }
            return
        }
        let outcome: ServerChoice.Outcome = failure.mayAskElsewhere ? .failed : .answered
        if outcome == .failed { log("a server does not answer", failure.error) }
        state.withLock { $0.choice.ended(address, outcome, now: now) }
        if failure.isSilence { drop(address) }
    }

    // MARK: Connections

    private func connection(to address: ServerAddress) throws -> ServerConnection {
        if let connection = try connection(to: address, orElse: nil) { return connection }
        // Reads files, so not under the lock: where two calls do it at once, one connection is never used.
        let new: ServerConnection
        do {
            new = try ServerConnection(to: address, tls: tls, token: token)
        } catch {
            throw FrondError(
                .invalidArgument, "the files for TLS cannot be used: name readable PEM files",
                cause: error)
        }
        return try connection(to: address, orElse: new) ?? new
    }

    /// Returns the existing connection, or else keeps the new one.
    private func connection(
        to address: ServerAddress, orElse new: ServerConnection?
    ) throws(FrondError) -> ServerConnection? {
        try state.withLock { state throws(FrondError) in
            guard !state.isClosed else { throw FrondError(.shutDown, "the client is shut down") }
            if let connection = state.connections[address] { return connection }
            state.connections[address] = new
            return new
        }
    }

    /// The next call to a server is made by a new connection; this one is closed when its last call has ended.
    private func drop(_ address: ServerAddress) {
        // Let go of outside the lock.
        _ = state.withLock { $0.connections.removeValue(forKey: address) }
    }

    // MARK: In the background

    /// Starts the work that is due: probes of failed servers, and the search for servers.
    private func tend() {
        let now = time.monotonic
        let (probes, finds) = state.withLock { ($0.choice.takeProbes(now: now), $0.choice.takeFinding(now: now)) }
        for address in probes { Task { await probe(address) } }
        if finds { Task { await find() } }
    }

    private func probe(_ address: ServerAddress) async {
        let limit = min(Self.probeLimit, policy.callLimit)
        let result = await attempt(address, until: time.monotonic + limit, .storeUnavailable) { connection, options in
            try await connection.health.check(.init(), options: options)
        }
        if case .failure(let failure) = result, failure.isSilence { drop(address) }
        let isBack = if case .success = result { true } else { false }
        state.withLock { $0.choice.probed(address, isBack: isBack, now: time.monotonic) }
    }

    private func find() async {
        do {
            let records = try await call(orElse: .registryUnavailable) { connection, options in
                try await connection.workers.listWorkers(.init(), options: options).workers.map { WorkerRecord($0) }
            }
            let now = time.wallMilliseconds
            let live = records.filter { !$0.isReleased && $0.state(nowMilliseconds: now) == .held }
            let found = Set(live.compactMap { $0.holder.flatMap { ServerAddress($0) } })
            let gone = state.withLock { $0.choice.found(found) }
            for address in gone { drop(address) }
        } catch {
            log("servers cannot be looked for", error)
        }
    }

    private func log(_ message: Logger.Message, _ error: FrondError) {
        logger.debug(message, metadata: LogKey.metadata([.error: "\(error)"]))
    }
}
