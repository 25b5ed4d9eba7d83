import Frond
import NIOCore
import NIOPosix
import NIOSSL

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

extension FrondError {
    /// The reason why a connection was not made, or ended.
    static func connection(_ server: ServerName, _ error: any Error) -> FrondError {
        switch error {
        case let error as FrondError:
            // Files of the encryption that were changed meanwhile: the store cannot be used, the request is right.
            guard error.code == .invalidArgument else { return error }
            return FrondError(.storeUnavailable, error.message, retryAfter: .seconds(1), cause: error.cause)
        case ChannelError.connectTimeout:
            return .slow(server, to: "connect")
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first { return connection(server, first.error) }
            return .unreachable(server, "no address for the name \(error.host): check it in the URL")
        case let error as IOError:
            return .unreachable(server, String(cString: strerror(error.errnoCode)))
        default:
            guard let reason = encryptionReason(error) else { return .unreachable(server, "\(error)") }
            return .unreachable(server, reason)
        }
    }

    /// The meaning of an error of TLS, with its cure; nil for another error.
    private static func encryptionReason(_ error: any Error) -> String? {
        switch error {
        case NIOSSLError.uncleanShutdown: return "the server closed the connection"
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            return "its certificate does not name this address: connect by a name or an address that it has (\(error))"
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: break
        default: return nil
        }
        let text = "\(error)"
        let cures = [
            ("CERTIFICATE_VERIFY_FAILED", "its certificate is by no trusted authority: name the right one, ?ca=FILE"),
            ("unableToValidateCertificate", "its certificate does not name this address, or is by another authority"),
            ("WRONG_VERSION_NUMBER", "it does not speak TLS on this port: use its TLS port, or redis:// without TLS"),
            ("CERTIFICATE_REQUIRED", "it wants a client certificate: add ?cert=FILE&key=FILE"),
            ("UNKNOWN_CA", "it does not trust our client certificate: name one by its authority, ?cert=FILE&key=FILE"),
            (
                "HANDSHAKE_FAILURE",
                "it refuses the TLS handshake: it may want a client certificate, ?cert=FILE&key=FILE"
            ),
        ]
        return cures.first { text.contains($0.0) }?.1 ?? "TLS failed: \(text)"
    }
}
