import NIOHTTP1

extension ConnectionStateMachine.Request {
    init(_ head: HTTPRequestHead) {
        declaredLength = head.headers.first(name: "content-length").flatMap { Int(digits: $0) }
        hasBody = (declaredLength ?? 0) > 0 || head.headers.contains(name: "transfer-encoding")
        waitsToContinue =
            hasBody && head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
        // The decoder takes nothing behind these.
        let isLast = head.method == .CONNECT || RequestDecoder.endsAfter(head)
        if isLast || !head.isKeepAlive {
            persistence = .last
        } else {
            persistence = head.version.minor == 0 ? .keptByName : .kept
        }
    }
}
