#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The terminal that the process was started from.
///
/// SIGHUP means that it was closed, which ends the server, or that a person or a program asks for a reload. Once a
/// terminal is closed, the kernel takes it from its processes.
struct ControllingTerminal: Sendable {
    private let wasThere = Self.isThere

    /// True once a terminal that was there is gone.
    var hasHungUp: Bool { wasThere && !Self.isThere }

    private static var isThere: Bool {
        let terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard terminal >= 0 else { return false }
        close(terminal)
        return true
    }
}
