import NIOCore
import NIOPosix

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The reason why a connection was lost or could not be made, in a few words, such as `Connection refused`.
func reason(for error: any Error) -> String {
    switch error {
    case let error as IOError:
        String(cString: strerror(error.errnoCode))
    case let error as NIOConnectionError:
        error.connectionErrors.first.map { reason(for: $0.error) } ?? "no address for \(error.host)"
    default:
        "\(error)"
    }
}
