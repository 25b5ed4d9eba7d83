import Foundation

/// A TCP connection with a small buffer, that reads when it is told to and as slowly.
final class SlowConnection: Sendable {
    struct Failure: Error {
        var code: Int32
    }

    private let socket: Int32

    init(port: Int) throws {
        socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw Failure(code: errno) }
        var size: Int32 = 16 << 10
        setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(code: errno) }
        // A server that never sends what is due must not hold the test up.
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        close(socket)
    }

    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard write(socket, bytes, bytes.count) == bytes.count else { throw Failure(code: errno) }
    }

    /// Says that nothing more is sent.
    func endSending() {
        shutdown(socket, Int32(SHUT_WR))
    }

    /// Reads until the server closes or the time is over, with a pause after each piece.
    func receive(
        atMost size: Int = 64 << 10, pause: Duration, for time: Duration = .seconds(120)
    ) async throws -> [UInt8] {
        var received: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: size)
        let end = ContinuousClock.now + time
        while ContinuousClock.now < end {
            let count = read(socket, &piece, piece.count)
            guard count >= 0 else { throw Failure(code: errno) }
            if count == 0 { break }
            received += piece[..<count]
            try await Task.sleep(for: pause)
        }
        return received
    }
}
