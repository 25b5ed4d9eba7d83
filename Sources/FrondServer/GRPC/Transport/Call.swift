import GRPCCore
import NIOCore
import NIOHTTP2
import Synchronization

/// One call between its handler's task and its connection's event loop.
final class Call: Sendable {
    typealias Waiter = CheckedContinuation<Void, Never>

    let id: HTTP2StreamID
    let descriptor: MethodDescriptor
    private let loop: any EventLoop
    private let connection: NIOLoopBound<CallConnectionHandler>
    private let state: Mutex<CallStateMachine<Waiter>>
    private let cancellation = Mutex<(handle: ServerContext.RPCCancellationHandle?, isCancelled: Bool)>((nil, false))

    init(
        id: HTTP2StreamID, descriptor: MethodDescriptor, connection: CallConnectionHandler, loop: any EventLoop,
        limits: TransportLimits
    ) {
        self.id = id
        self.descriptor = descriptor
        self.loop = loop
        self.connection = NIOLoopBound(connection, eventLoop: loop)
        state = Mutex(CallStateMachine(unsentLimit: limits.unsent, inboxLimit: limits.inbox))
    }

    // MARK: The connection's side

    func hasRoom() -> Bool { state.withLock { $0.hasRoom() } }

    func receive(_ part: RPCRequestPart<MessageBytes>) {
        let waiter = state.withLock { $0.receive(part) }
        waiter?.resume()
    }

    func receiveEnd() {
        let waiter = state.withLock { $0.receiveEnd() }
        waiter?.resume()
    }

    func flush() -> [RPCResponsePart<MessageBytes>] { state.withLock { $0.flush() } }

    func sent(_ bytes: Int) {
        let waiters = state.withLock { $0.sent(bytes) }
        for waiter in waiters { waiter.resume() }
    }

    /// Ends the call: its handler is told and waits for nothing more.
    func end(_ error: RPCError) {
        let waiters = state.withLock { $0.end(error) }
        for waiter in waiters { waiter.resume() }
        cancel()
    }

    /// Tells the handler that the caller waits no longer, or that the server shuts down.
    func cancel() {
        let handle = cancellation.withLock { cancellation in
            cancellation.isCancelled = true
            return cancellation.handle
        }
        handle?.cancel()
    }

    // MARK: The handler's side

    /// Sets the handle that ``cancel()`` uses.
    func attach(_ handle: ServerContext.RPCCancellationHandle) {
        let isCancelled = cancellation.withLock { cancellation in
            cancellation.handle = handle
            return cancellation.isCancelled
        }
        if isCancelled { handle.cancel() }
    }

    /// The next part of the request; nil at its end.
    /// - Throws: `CancellationError` where the task is cancelled while it waits, such as a stream's reader when the
    ///   server shuts down.
    func next() async throws -> RPCRequestPart<MessageBytes>? {
        while true {
            switch state.withLock({ $0.take() }) {
            case .part(let part, let hasRoom):
                if hasRoom { loop.execute { [self] in connection.value.pump(id) } }
                return part
            case .end: return nil
            case .fail(let error): throw error
            case .wait:
                await waitForPart()
                try Task.checkCancellation()
            }
        }
    }

    /// Returns when there may be a part, and where the task is cancelled.
    private func waitForPart() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                // Asked within the lock: a task that is cancelled later finds the waiter.
                if !state.withLock({ !Task.isCancelled && $0.wait(reader: waiter) }) { waiter.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { $0.stopWaiting() }
            waiter?.resume()
        }
    }

    /// Writes parts of the answer; returns when there is room for more.
    func write(_ parts: some Sequence<RPCResponsePart<MessageBytes>>) async throws {
        var mustSchedule = false
        let mustWait = try state.withLock { state in
            for part in parts {
                switch state.write(part) {
                case .schedule: mustSchedule = true
                case .nothing: break
                case .fail: throw RPCError(code: .unavailable, message: "the call is over")
                }
            }
            return state.mustWaitToWrite
        }
        if mustSchedule { loop.execute { [self] in connection.value.flush(id) } }
        guard mustWait else { return }
        await withCheckedContinuation { waiter in
            if !state.withLock({ $0.wait(writer: waiter) }) { waiter.resume() }
        }
    }

    /// The handler has ended.
    func handlerEnded() {
        loop.execute { [self] in connection.value.handlerEnded(id) }
    }
}

/// The parts of a request, for its handler.
struct CallInbound: AsyncSequence, Sendable {
    let call: Call

    struct AsyncIterator: AsyncIteratorProtocol {
        let call: Call

        func next() async throws -> RPCRequestPart<MessageBytes>? { try await call.next() }

        func next(isolation actor: isolated (any Actor)?) async throws -> RPCRequestPart<MessageBytes>? {
            try await call.next()
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(call: call) }
}

/// Takes the parts of an answer from its handler.
struct CallOutbound: ClosableRPCWriterProtocol {
    let call: Call

    func write(_ element: RPCResponsePart<MessageBytes>) async throws {
        try await call.write(CollectionOfOne(element))
    }

    func write(contentsOf elements: some Sequence<RPCResponsePart<MessageBytes>>) async throws {
        try await call.write(elements)
    }

    func finish() async {}

    func finish(throwing error: any Error) async {}
}
