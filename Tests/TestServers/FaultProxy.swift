import Foundation
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A TCP proxy on loopback before a server, which does to the connections what networks do.
///
/// Ends with this object: no connection outlives it.
package final class FaultProxy: Sendable {
    private let core: ProxyCore

    /// The port that clients connect to.
    package let port: Int

    /// - Parameter server: the port on loopback that is passed on to; nobody need listen there yet.
    package init(to server: Int) throws {
        let listener = try TCPSocket.listening()
        port = try listener.port()
        core = ProxyCore(server: server, listener: listener)
        core.start()
    }

    deinit {
        core.stop()
    }

    /// The delay of each piece that the server sends; zero at first.
    package func delayReplies(by delay: Duration) {
        core.state.withLock { $0.delay = delay }
    }

    /// While true nothing passes in either direction, and nobody is told: connections open and hang. What was held
    /// back passes afterwards.
    package func blackHole(_ isOn: Bool) {
        core.state.withLock { $0.isBlackHole = isOn }
    }

    /// From now on nothing passes over the connections there are, and neither side is told; new ones are passed on.
    package func swallow() {
        let connections = core.state.withLock { Array($0.connections.values) }
        for connection in connections { connection.isSwallowed.store(true, ordering: .relaxed) }
    }

    /// From now on new connections are passed on to another server; those there are stay.
    package func redirect(to server: Int) {
        core.state.withLock { $0.server = server }
    }

    /// While true every connection is closed as soon as it is made; those that are open go on.
    package func refuse(_ isOn: Bool) {
        core.state.withLock { $0.refuses = isOn }
    }

    /// Cuts every connection there is.
    package func cutAll() {
        core.cutAll()
    }

    /// Cuts a connection once: the next request that is meant reaches the server and is carried out, and the connection
    /// is closed as its reply comes, which is lost.
    /// - Parameter isMeant: looks at a piece that a client sends; all are meant by default.
    package func cutBeforeReply(where isMeant: @escaping @Sendable ([UInt8]) -> Bool = { _ in true }) {
        core.state.withLock { $0.cut = isMeant }
    }

    /// The number of connections that ``cutBeforeReply(where:)`` has cut.
    package var lostReplies: Int { core.state.withLock { $0.lostReplies } }
    /// The number of connections.
    package var connectionCount: Int { core.state.withLock { $0.connections.count } }
}

/// The state that the threads of a proxy share.
private final class ProxyCore: Sendable {
    struct State {
        var server: Int
        var delay = Duration.zero
        var isBlackHole = false
        var refuses = false
        var isStopped = false
        var cut: (@Sendable ([UInt8]) -> Bool)?
        var lostReplies = 0
        var connections: [ObjectIdentifier: Connection] = [:]
    }

    final class Connection: Sendable {
        let client: TCPSocket
        let server: TCPSocket
        /// True if the next reply is lost.
        let isDoomed = Atomic(false)
        /// True once nothing passes over it any more.
        let isSwallowed = Atomic(false)

        init(client: TCPSocket, server: TCPSocket) {
            self.client = client
            self.server = server
        }

        func cut() {
            client.shutDown()
            server.shutDown()
        }
    }

    let state: Mutex<State>
    private let listener: TCPSocket

    init(server: Int, listener: TCPSocket) {
        state = Mutex(State(server: server))
        self.listener = listener
    }

    func start() {
        Thread.detachNewThread { [self] in
            while let client = listener.accept() { connect(client) }
        }
    }

    func stop() {
        state.withLock { $0.isStopped = true }
        listener.shutDown()
        cutAll()
    }

    func cutAll() {
        let connections = state.withLock { Array($0.connections.values) }
        for connection in connections { connection.cut() }
    }

    private func connect(_ client: TCPSocket) {
        let (isOpen, port) = state.withLock { (!$0.refuses && !$0.isStopped, $0.server) }
        guard isOpen, let server = TCPSocket.connected(to: port) else { return }
        let connection = Connection(client: client, server: server)
        state.withLock { $0.connections[ObjectIdentifier(connection)] = connection }
        Thread.detachNewThread { [self] in
            pump(from: client, to: server, of: connection) { passOnRequest($0, of: connection) }
        }
        Thread.detachNewThread { [self] in
            pump(from: server, to: client, of: connection) { _ in passOnReply(of: connection) }
        }
    }

    /// Passes on until either side closes, or `mayPass` says no.
    private func pump(
        from source: TCPSocket, to target: TCPSocket, of connection: Connection, mayPass: ([UInt8]) -> Bool
    ) {
        while let piece = source.read() {
            while state.withLock({ $0.isBlackHole && !$0.isStopped }) { Thread.sleep(forTimeInterval: 0.005) }
            if connection.isSwallowed.load(ordering: .relaxed) { continue }
            guard mayPass(piece), target.write(piece) else { break }
        }
        connection.cut()
        state.withLock { $0.connections[ObjectIdentifier(connection)] = nil }
    }

    private func passOnRequest(_ piece: [UInt8], of connection: Connection) -> Bool {
        let isMeant = state.withLock { state in
            guard let cut = state.cut, cut(piece) else { return false }
            state.cut = nil
            return true
        }
        if isMeant { connection.isDoomed.store(true, ordering: .sequentiallyConsistent) }
        return true
    }

    private func passOnReply(of connection: Connection) -> Bool {
        let delay = state.withLock { $0.delay }
        if delay > .zero { Thread.sleep(forTimeInterval: delay / .seconds(1)) }
        guard connection.isDoomed.load(ordering: .sequentiallyConsistent) else { return true }
        state.withLock { $0.lostReplies += 1 }
        return false
    }
}

/// A socket on loopback, closed when nobody holds it any more.
private final class TCPSocket: Sendable {
    struct Failure: Error {
        var call: String
        var code: Int32
    }

    private let descriptor: Int32

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    private static func make() -> Int32 {
        #if canImport(Glibc)
            socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            socket(AF_INET, SOCK_STREAM, 0)
        #endif
    }

    private static func withLoopback<Value>(
        _ port: Int, _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Value
    ) -> (Value, port: Int) {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let value = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
        }
        return (value, Int(UInt16(bigEndian: address.sin_port)))
    }

    static func listening() throws -> TCPSocket {
        let socket = TCPSocket(make())
        let (code, _) = withLoopback(0) { bind(socket.descriptor, $0, $1.pointee) }
        guard code == 0, listen(socket.descriptor, 128) == 0 else { throw Failure(call: "listen", code: errno) }
        return socket
    }

    static func connected(to port: Int) -> TCPSocket? {
        let socket = TCPSocket(make())
        let (code, _) = withLoopback(port) { connect(socket.descriptor, $0, $1.pointee) }
        return code == 0 ? socket : nil
    }

    func port() throws -> Int {
        let (code, port) = Self.withLoopback(0) { getsockname(descriptor, $0, $1) }
        guard code == 0 else { throw Failure(call: "getsockname", code: errno) }
        return port
    }

    /// The next connection; nil once the socket is shut down.
    func accept() -> TCPSocket? {
        #if canImport(Darwin)
            let accepted = Darwin.accept(descriptor, nil, nil)
        #elseif canImport(Musl)
            let accepted = Musl.accept(descriptor, nil, nil)
        #else
            let accepted = Glibc.accept(descriptor, nil, nil)
        #endif
        return accepted < 0 ? nil : TCPSocket(accepted)
    }

    func shutDown() {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// Reads the next piece; nil at the end.
    func read() -> [UInt8]? {
        var piece = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &piece, piece.count, 0)
        return count > 0 ? Array(piece.prefix(count)) : nil
    }

    /// Returns true if all was taken.
    func write(_ piece: [UInt8]) -> Bool {
        var sent = 0
        while sent < piece.count {
            #if canImport(Darwin)
                let flags: Int32 = 0
            #else
                let flags = Int32(MSG_NOSIGNAL)
            #endif
            let count = piece[sent...].withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, flags) }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}
