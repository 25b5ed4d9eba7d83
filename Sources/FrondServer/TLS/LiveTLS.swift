import Foundation
import Frond
import NIOSSL
import Synchronization

/// The TLS of one listener: new connections use the certificate that was read last.
final class LiveTLS: Sendable {
    /// The listeners that show a certificate.
    enum Listener: String, Sendable {
        case http, grpc, resp, admin
    }

    /// The files of a certificate as they were read.
    struct Material: Sendable {
        var settings: ServerTLS
        /// The bytes of the files, to see whether they change: nil for one that cannot be read.
        var contents: [Data?]
        var context: NIOSSLContext
    }

    private struct State: Sendable {
        var material: Material
        /// The contents of files that could not be used, which are told once.
        var refused: [Data?]?
    }

    let listener: Listener
    private let protocols: [String]
    private let state: Mutex<State>

    /// - Parameter protocols: the protocols that are offered by ALPN.
    /// - Throws: `invalidArgument`, naming the file that cannot be used.
    init(_ tls: ServerTLS, of listener: Listener, protocols: [String]) throws(FrondError) {
        self.listener = listener
        self.protocols = protocols
        let material = try Self.read(tls, protocols)
        state = Mutex(State(material: material))
    }

    /// True where every client has to prove a certificate; a restart alone changes it.
    var verifiesClients: Bool { state.withLock { $0.material.settings.clientCA != nil } }

    /// The context for a new connection.
    var context: NIOSSLContext { state.withLock { $0.material.context } }

    /// Reads the files of these settings.
    /// - Throws: `invalidArgument`, naming the file that cannot be used.
    func read(_ tls: ServerTLS) throws(FrondError) -> Material { try Self.read(tls, protocols) }

    /// Uses other material for new connections.
    func use(_ material: Material) {
        state.withLock { $0 = State(material: material) }
    }

    /// Reads the files anew if they changed.
    /// - Returns: true where new connections use another certificate.
    /// - Throws: `invalidArgument` for files that cannot be used, once for each state of them.
    func refresh() throws(FrondError) -> Bool {
        let (settings, known, refused) = state.withLock {
            ($0.material.settings, $0.material.contents, $0.refused)
        }
        let contents = settings.contents
        guard contents != known, contents != refused else { return false }
        do throws(FrondError) {
            use(try read(settings))
            return true
        } catch {
            // A certificate and its key that are replaced one after the other fit again at the next look.
            state.withLock { $0.refused = contents }
            throw error
        }
    }

    private static func read(_ tls: ServerTLS, _ protocols: [String]) throws(FrondError) -> Material {
        // Before the context: what changes in between is seen by the next look.
        let contents = tls.contents
        return Material(settings: tls, contents: contents, context: try tls.context(protocols: protocols))
    }
}

extension ServerTLS {
    /// True where a running server can change from one to the other: by other files, and by nothing else.
    package static func canChange(from old: ServerTLS?, to new: ServerTLS?) -> Bool {
        guard let old, let new else { return old == nil && new == nil }
        return (old.clientCA == nil) == (new.clientCA == nil)
    }

    /// The bytes of the files; nil for one that cannot be read.
    fileprivate var contents: [Data?] {
        [certificate, key, clientCA].compactMap(\.self).map { FileManager.default.contents(atPath: $0) }
    }
}
