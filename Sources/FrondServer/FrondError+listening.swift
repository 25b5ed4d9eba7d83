import Frond
import NIOCore
import SystemPackage

extension FrondError {
    /// An address that cannot be listened on.
    /// - Parameters:
    ///   - protocolName: the protocol or its clients, such as `gRPC`.
    ///   - cure: the options that choose another address.
    static func cannotListen(
        for protocolName: String, on name: String, port: Int, _ cause: any Error, cure: String
    ) -> FrondError {
        let reason = (cause as? IOError).map { "\(Errno(rawValue: $0.errnoCode))" } ?? "\(cause)"
        return FrondError(
            .invalidArgument,
            "cannot listen for \(protocolName) on \(name):\(port): \(reason); choose another address with \(cure)",
            cause: cause)
    }
}
