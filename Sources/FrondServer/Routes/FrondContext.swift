import HTTPTypes
import Hummingbird

/// What a route knows of its request besides the request.
struct FrondContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The method as the client sent it: routes see a stand-in for all but GET.
    var method = HTTPRequest.Method.get

    init(source: Source) {
        coreContext = .init(source: source)
    }
}
