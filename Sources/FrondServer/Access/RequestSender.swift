import NIOHTTP1

/// The header fields of a request that say who sends it, as a lane compares them with those of a request that it knows.
struct RequestSender: Hashable, Sendable {
    var authorization: String?
    var forwardedFor: String?
    /// True where there is more than that to look at, which the ordinary way does.
    var isUnusual = false

    init() {}

    /// Reads the fields of an HTTP request.
    init(_ headers: HTTPHeaders) {
        for (name, value) in headers {
            switch name.utf8.count {
            case 13 where name.lowercased() == "authorization": noteAuthorization(value)
            case 15 where name.lowercased() == "x-forwarded-for": noteForwardedFor(value)
            case 9 where name.lowercased() == "forwarded": isUnusual = true
            default: continue
            }
        }
    }

    mutating func noteAuthorization(_ value: String) {
        isUnusual = isUnusual || authorization != nil
        authorization = value
    }

    mutating func noteForwardedFor(_ value: String) {
        isUnusual = isUnusual || forwardedFor != nil
        forwardedFor = value
    }
}
