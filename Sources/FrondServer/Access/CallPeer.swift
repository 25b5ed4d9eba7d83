import Frond
import FrondAPI
import GRPCCore

/// The other end of a call's connection, which the transport hands to the services.
struct CallPeer: ServerContext.TransportSpecific {
    let identity: PeerIdentity
}

extension AccessControl {
    /// Finds out who makes a call.
    /// - Throws: `unauthenticated`, which is logged.
    func caller(_ metadata: Metadata, _ context: ServerContext) throws(FrondError) -> Caller {
        let peer = (context.transportSpecific as? CallPeer)?.identity ?? PeerIdentity(nil)
        do throws(AccessRefusal) {
            return try caller(
                Credentials(authorization: Array(metadata[stringValues: "authorization"])), from: peer,
                RequestOrigin.Forwarding(metadata))
        } catch {
            throw error.error
        }
    }
}

extension RequestOrigin.Forwarding {
    /// Reads the metadata of a call.
    init(_ metadata: Metadata) {
        self.init()
        for (key, value) in metadata {
            if case .string(let text) = value { note(key.lowercased(), text) }
        }
    }
}
