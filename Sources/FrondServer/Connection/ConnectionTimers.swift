import NIOCore

/// The timers of one connection: idleness, requests that do not become complete, age, and the end.
final class ConnectionTimers {
    private let context: ChannelHandlerContext
    private let limits: ConnectionLimits
    private var idleWatch = IdleWatch()
    private var idleCheck: RepeatedTask?
    private var request: Scheduled<Void>?
    private var others: [Scheduled<Void>] = []

    init(_ context: ChannelHandlerContext, limits: ConnectionLimits) {
        self.context = context
        self.limits = limits
    }

    func start(_ connection: ConnectionHandler) {
        watchIdleness(connection)
        var random = SystemRandomNumberGenerator()
        guard let age = limits.age(using: &random) else { return }
        let loop = context.eventLoop.assumeIsolated()
        others.append(
            loop.scheduleTask(in: age) { [weak self, weak connection] in
                guard let self, let connection else { return }
                connection.grewOld()
                others.append(loop.scheduleTask(in: ConnectionLimits.agedIdle) { connection.endIfAgedAndIdle() })
            })
    }

    func cancel() {
        idleCheck?.cancel()
        idleCheck = nil
        request?.cancel()
        request = nil
        for timer in others { timer.cancel() }
        others = []
    }

    /// Closes the connection, come what may, after so long.
    func close(in delay: TimeAmount) {
        guard context.channel.isActive else { return }
        others.append(
            context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [context] in
                context.close(promise: nil)
            })
    }

    /// A request has begun and is not complete. The bytes that follow do not prolong its time.
    func requestBegan(_ connection: ConnectionHandler) {
        guard request == nil else { return }
        let completed = connection.reception.completed
        request = context.eventLoop.assumeIsolated().scheduleTask(in: limits.request) {
            [weak self, weak connection] in
            self?.request = nil
            guard let connection, connection.reception.isPartial else { return }
            if connection.reception.completed == completed {
                connection.requestIsOverdue()
            } else {
                self?.requestBegan(connection)
            }
        }
    }

    private func watchIdleness(_ connection: ConnectionHandler) {
        let interval = TimeAmount.nanoseconds(limits.idle.nanoseconds / Int64(IdleWatch.looksPerLimit))
        let bound = NIOLoopBound((self, connection), eventLoop: context.eventLoop)
        idleCheck = context.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { task in
            let (timers, connection) = bound.value
            let isIdle = timers.idleWatch.isIdle(
                activity: connection.activity, unsentBytes: connection.unsentBytes(timers.context),
                isAnswering: connection.state.isAnswering)
            guard isIdle else { return }
            task.cancel()
            timers.context.close(promise: nil)
        }
    }
}
