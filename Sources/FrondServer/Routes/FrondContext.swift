import HTTPTypes
import Hummingbird

/// The context of a request in a route.
struct FrondContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The method as the client sent it: routes see a stand-in for all but GET.
    var method = HTTPRequest.Method.get

    init(source: Source) {
        coreContext = .init(source: source)
    }
}
