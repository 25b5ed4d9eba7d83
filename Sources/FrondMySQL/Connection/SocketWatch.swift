import Dispatch
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A bound on a call of the library over one socket: past it the socket is shut down, and the call fails.
///
/// The library's own timeouts are whole seconds, and fixed when a connection is made.
struct SocketWatch: Sendable {
    /// Nil once the call has returned: the number of the socket may belong to another by then.
    private final class Socket: Sendable {
        let number: Mutex<Int32?>

        init(_ number: Int32) { self.number = Mutex(number) }
    }

    private let socket: Socket

    init(_ number: Int32, limit: Duration) {
        let socket = Socket(number)
        self.socket = socket
        let (seconds, attoseconds) = limit.components
        let nanoseconds = Int(clamping: seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
        DispatchQueue.global().asyncAfter(deadline: .now() + .nanoseconds(nanoseconds)) {
            socket.number.withLock { number in
                if let number { shutdown(number, Int32(SHUT_RDWR)) }
            }
        }
    }

    /// The call has returned.
    func end() {
        socket.number.withLock { $0 = nil }
    }

    /// Has the system ask a peer that says nothing, well before a balancer forgets the connection.
    static func keepAlive(_ number: Int32) {
        func set(_ level: Int32, _ option: Int32, _ value: Int32) {
            var value = value
            // Where the system does not know the option, the connection is found out by the first question over it.
            _ = setsockopt(number, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
        set(SOL_SOCKET, SO_KEEPALIVE, 1)
        #if !canImport(Darwin)
            set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, 30)
            set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, 5)
            set(Int32(IPPROTO_TCP), TCP_KEEPCNT, 3)
        #endif
    }
}
