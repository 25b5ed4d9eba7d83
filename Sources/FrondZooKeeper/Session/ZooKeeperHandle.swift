import CZooKeeper
import Frond
import Synchronization

/// A handle of the client library, which connects, keeps a session and sends requests on threads of its own.
///
/// Its threads never wait for us and run nothing of ours: a reply is put where a task waits for it, and that is all. It
/// is closed on a thread of ours after its last use, since closing waits.
///
/// Safe to share: the library lets every thread send requests.
final class ZooKeeperHandle: @unchecked Sendable {
    /// Told of the state of the connection, by a thread of the library.
    typealias Watcher = @Sendable (SessionState.Event) -> Void

    private static let lookupPauseMilliseconds: Int32 = 30_000
    private static let anyVersion: Int32 = -1

    private let handle: OpaquePointer
    private let watcher: Unmanaged<WatcherBox>
    private let accessList: AccessList
    private let closingThread: BlockingThread

    /// Begins to look for a server. Blocks while the host names are looked up.
    /// - Throws: `registryUnavailable` where that fails.
    init(
        _ configuration: ZooKeeperConfiguration, closingThread: BlockingThread, watcher: @escaping Watcher
    ) throws(FrondError) {
        let watcher = Unmanaged.passRetained(WatcherBox(watcher))
        let milliseconds = Int32(clamping: configuration.sessionTimeout.wholeMilliseconds)
        ClientLog.setLevel()
        guard
            let handle = zookeeper_init2(
                configuration.clientAddress, watch, milliseconds, nil, watcher.toOpaque(), ZOO_NO_LOG_CLIENTENV,
                ClientLog.callback)
        else {
            watcher.release()
            throw .unresolvable(configuration)
        }
        self.handle = handle
        self.watcher = watcher
        self.closingThread = closingThread
        // Otherwise it looks host names up whenever anything is read or written.
        zoo_set_servers_resolution_delay(handle, Self.lookupPauseMilliseconds)
        accessList = configuration.credentials == nil ? .open : .creatorOnly
        if let credentials = configuration.credentials {
            let text = "\(credentials.user):\(credentials.password)"
            // Kept by the library and sent first on each connection; a refusal is an event of the session.
            let code = zoo_add_auth(handle, "digest", text, Int32(text.utf8.count), nil, nil)
            if code != ZOK.rawValue { throw .refused(configuration) }
        }
    }

    deinit {
        let closing = Closing(handle: handle, watcher: watcher)
        _ = closingThread.start { closing.perform() }
    }

    /// The identity by which the library finds the session of this handle again: for the tests that end it.
    var session: (id: Int64, password: [UInt8])? {
        zoo_client_id(handle).map { client in
            withUnsafeBytes(of: client.pointee.passwd) { (client.pointee.client_id, Array($0)) }
        }
    }

    /// Sends a request, which does not wait.
    func send(_ request: Request, replyTo batch: ReplyBatch, _ index: Int) {
        if case .change(let changes) = request {
            return send(changes, ReplySlot(batch, index, changes: changes.count))
        }
        let slot = ReplySlot(batch, index)
        let context = slot.retained()
        let code =
            switch request {
            case .sync(let path): zoo_async(handle, path, receiveDone, context)
            case .read(let path): zoo_aget(handle, path, 0, receiveNode, context)
            case .children(let path): zoo_aget_children2(handle, path, 0, receiveChildren, context)
            case .change: ZBADARGUMENTS.rawValue
            }
        fail(context, code)
    }

    private func send(_ changes: [Change], _ slot: ReplySlot) {
        var buffers = CBuffers()
        var operations: [zoo_op_t] = []
        let context = slot.retained()
        let code = accessList.withVector { accessList in
            for change in changes {
                var operation = zoo_op_t()
                switch change {
                case .create(let path, let text):
                    zoo_create_op_init(
                        &operation, buffers.add(path), buffers.add(text), Int32(text.utf8.count), accessList,
                        ZOO_PERSISTENT, nil, 0)
                case .set(let path, let text, let version):
                    zoo_set_op_init(
                        &operation, buffers.add(path), buffers.add(text), Int32(text.utf8.count), version, nil)
                case .delete(let path): zoo_delete_op_init(&operation, buffers.add(path), Self.anyVersion)
                case .require(let path): zoo_check_op_init(&operation, buffers.add(path), Self.anyVersion)
                }
                operations.append(operation)
            }
            // All that it is passed it has copied when it returns, but for the results.
            return zoo_amulti(
                handle, Int32(operations.count), operations, slot.resultsAddress, receiveResults, context)
        }
        fail(context, code)
    }

    /// A request that the library did not take gets no reply from it.
    private func fail(_ context: UnsafeMutableRawPointer, _ code: Int32) {
        guard code != ZOK.rawValue else { return }
        ReplySlot.released(context)?.received(code: code, or: .done)
    }
}

/// The work left for a handle out of use. Safe to send: nothing else knows the handle any more.
private struct Closing: @unchecked Sendable {
    let handle: OpaquePointer
    let watcher: Unmanaged<WatcherBox>

    /// Waits for the server to hear of it, and for the library's threads to end; then no reply and no event comes.
    func perform() {
        zookeeper_close(handle)
        watcher.release()
    }
}

private final class WatcherBox: Sendable {
    let watcher: ZooKeeperHandle.Watcher

    init(_ watcher: @escaping ZooKeeperHandle.Watcher) {
        self.watcher = watcher
    }
}

// MARK: Called by the library's threads

private func watch(
    _: OpaquePointer?, type: Int32, state: Int32, _: UnsafePointer<CChar>?, context: UnsafeMutableRawPointer?
) {
    guard type == ZOO_SESSION_EVENT, let context else { return }
    let event: SessionState.Event =
        switch state {
        case ZOO_CONNECTED_STATE: .connected
        case ZOO_EXPIRED_SESSION_STATE: .expired
        case ZOO_AUTH_FAILED_STATE: .refused
        default: .disconnected
        }
    Unmanaged<WatcherBox>.fromOpaque(context).takeUnretainedValue().watcher(event)
}

private func receiveDone(code: Int32, _: UnsafePointer<CChar>?, context: UnsafeRawPointer?) {
    ReplySlot.released(context)?.received(code: code, or: .done)
}

private func receiveResults(code: Int32, context: UnsafeRawPointer?) {
    ReplySlot.released(context)?.receivedResults(code: code)
}

private func receiveNode(
    code: Int32, text: UnsafePointer<CChar>?, length: Int32, stat: UnsafePointer<Stat>?, context: UnsafeRawPointer?
) {
    let bytes = UnsafeRawBufferPointer(start: text, count: text == nil ? 0 : max(0, Int(length)))
    ReplySlot.released(context)?.received(code: code, or: .node(Array(bytes), version: stat?.pointee.version ?? 0))
}

private func receiveChildren(
    code: Int32, names: UnsafePointer<String_vector>?, stat: UnsafePointer<Stat>?, context: UnsafeRawPointer?
) {
    let names = UnsafeBufferPointer(start: names?.pointee.data, count: Int(names?.pointee.count ?? 0))
    // The version that clients are shown counts what was made and what was removed.
    let made = stat.map { (Int64($0.pointee.cversion) + Int64($0.pointee.numChildren)) / 2 } ?? 0
    ReplySlot.released(context)?.received(
        code: code, or: .children(names.compactMap { $0.map { String(cString: $0) } }, made: made))
}
