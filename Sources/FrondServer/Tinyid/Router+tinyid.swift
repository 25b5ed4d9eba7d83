import HTTPTypes
import Hummingbird

extension Router where Context == FrondContext {
    /// Adds the routes of Tinyid's interface: GET and POST, as its clients use them, and a 405 for other methods.
    func addTinyid(_ tinyid: TinyidInterface) {
        for method in TinyidInterface.Method.allCases {
            let path = RouterPath("\(TinyidInterface.path)\(method.rawValue)")
            on(path, method: .get) { request, context in
                try await tinyid.respond(to: request, from: context.peer, method: method, isPost: false)
            }
            on(path, method: MethodResponder.other) { request, context -> Response in
                guard context.method == .post else {
                    throw Problem.methodNotAllowed(
                        context.method.rawValue, request.uri.path, allowed: [.get, .post])
                }
                return try await tinyid.respond(to: request, from: context.peer, method: method, isPost: true)
            }
        }
    }
}
