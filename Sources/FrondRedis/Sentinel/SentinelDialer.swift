import Frond
import NIOCore
import Synchronization

/// Connects to the primary that Sentinels name: ``SentinelStateMachine`` decides.
final class SentinelDialer: RedisDialer {
    private let url: RedisURL
    private let name: String
    private let timeouts: RedisTimeouts
    private let sentinelRequests: [HandshakeStateMachine.Request]
    /// The Sentinels, in the order in which they are asked.
    private let order: Mutex<[RedisEndpoint]>

    init(_ sentinels: RedisURL.Sentinels, of url: RedisURL, timeouts: RedisTimeouts) {
        self.url = url
        self.timeouts = timeouts
        name = sentinels.primary
        order = Mutex(sentinels.endpoints)
        let signIn = HandshakeStateMachine.Request.signIn(user: sentinels.user, password: sentinels.password)
        sentinelRequests = signIn + [.findPrimary(sentinels.primary)]
    }

    var seeksPrimary: Bool { true }

    func dial(on loop: any EventLoop) -> EventLoopFuture<RedisConnection> {
        var machine = SentinelStateMachine(sentinels: order.withLock { $0 }, name: name)
        return perform(machine.begin(), machine, on: loop)
    }

    private func perform(
        _ action: SentinelStateMachine.Action, _ machine: SentinelStateMachine, on loop: any EventLoop
    ) -> EventLoopFuture<RedisConnection> {
        switch action {
        case .fail(let reasons):
            keepOrder(of: machine)
            return loop.makeFailedFuture(FrondError.noPrimary(name, reasons))
        case .ask(let sentinel):
            return result(ask(sentinel, on: loop)).flatMap { [self] result in
                var machine = machine
                let next =
                    switch result {
                    case .success(let primary): machine.answered(primary)
                    case .failure(let error): machine.failed(error)
                    }
                return perform(next, machine, on: loop)
            }
        case .connect(let primary):
            let dialer = ServerDialer(
                primary, named: ServerName(kind: .redis, place: "\(primary)", isNamedBySentinel: true), of: url,
                check: .checkPrimary, timeouts: timeouts)
            return result(dialer.dial(on: loop)).flatMap { [self] result in
                switch result {
                case .success(let connection):
                    keepOrder(of: machine)
                    return loop.makeSucceededFuture(connection)
                case .failure(let error):
                    var machine = machine
                    let next = machine.refusedPrimary(error)
                    return perform(next, machine, on: loop)
                }
            }
        }
    }

    private func keepOrder(of machine: SentinelStateMachine) {
        order.withLock { $0 = machine.nextOrder }
    }

    /// Asks a Sentinel, on a connection of its own.
    private func ask(_ sentinel: RedisEndpoint, on loop: any EventLoop) -> EventLoopFuture<RedisEndpoint?> {
        let dialer = ServerDialer(
            endpoint: sentinel, server: .sentinel(sentinel), requests: sentinelRequests, tls: url.tls,
            timeouts: timeouts)
        return dialer.dial(on: loop).map { connection in
            connection.handler.value.close()
            return connection.greeting.primary
        }
    }

    private func result<Value>(
        _ future: EventLoopFuture<Value>
    ) -> EventLoopFuture<Result<Value, FrondError>> {
        future.map { .success($0) }.flatMapErrorThrowing { error in
            .failure(error as? FrondError ?? FrondError(.storeUnavailable, "\(error)", retryAfter: .seconds(1)))
        }
    }
}
