import HTTPTypes
import Hummingbird

/// The context of a request in a route.
struct FrondContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The method as the client sent it: routes see a stand-in for all but GET.
    var method = HTTPRequest.Method.get
    /// The other end of the connection.
    let peer: PeerIdentity
    /// The sender of the request; nil on routes that ask nobody.
    var caller: Caller?
    /// The facts for the line about the request; nil where there is none.
    var trace: RequestTrace?

    init(source: Source) {
        coreContext = .init(source: source)
        peer = PeerIdentity.current ?? PeerIdentity(source.channel.remoteAddress)
    }
}
