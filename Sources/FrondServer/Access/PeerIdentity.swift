import NIOCore
import NIOSSL
import NIOTLS
import SwiftASN1
import Synchronization
import X509

/// The other end of one connection: its address, and the certificate that it proved.
final class PeerIdentity: Sendable {
    /// The identity of the connection whose request a task answers, where certificates are asked for.
    @TaskLocal static var current: PeerIdentity?

    let address: PeerAddress
    /// True where the server asks every client for a certificate by its CA, and refuses others.
    let isVerified: Bool
    private let names = Mutex<[String]>([])

    init(_ address: SocketAddress?, isVerified: Bool = false) {
        self.address = PeerAddress(address)
        self.isVerified = isVerified
    }

    /// The names that the certificate proves: its subject as RFC 4514 writes it, then its common name.
    var certificateNames: [String] { isVerified ? names.withLock { $0 } : [] }

    fileprivate func proved(_ certificate: NIOSSLCertificate) {
        guard let bytes = try? certificate.toDERBytes(), let parsed = try? Certificate(derEncoded: bytes) else {
            return
        }
        names.withLock { $0 = Self.names(of: parsed.subject) }
    }

    static func names(of subject: DistinguishedName) -> [String] {
        let commonNames = subject.flatMap { Array($0) }.filter { $0.type == .RDNAttributeType.commonName }
        let texts = commonNames.compactMap { String($0.value) }
        return ["\(subject)"] + texts.prefix(1)
    }
}

/// Reads the client's certificate once the handshake is over; stands behind the handler of TLS.
final class PeerCertificateHandler: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    let identity: PeerIdentity

    init(_ identity: PeerIdentity) {
        self.identity = identity
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event,
            let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
        {
            identity.proved(certificate)
        }
        context.fireUserInboundEventTriggered(event)
    }
}
