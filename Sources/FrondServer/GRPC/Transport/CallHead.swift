import GRPCCore
import NIOHPACK

/// The headers of a call, checked.
struct CallHead: Sendable {
    /// An answer to headers that are no call of gRPC, or none that is served.
    enum Refusal: Error, Equatable {
        /// Not gRPC: an HTTP status alone.
        case http(Int)
        case status(RPCError.Code, String)
    }

    var path = ""
    var timeout: CallTimeout?
    /// The headers that say who calls.
    var sender = RequestSender()

    /// Checks headers.
    /// - Throws: the refusal.
    init(_ headers: HPACKHeaders) throws(Refusal) {
        var (isPost, hasType, timeouts, encodings) = (false, false, 0, 0)
        for (name, value, _) in headers {
            switch name {
            case ":path": path = value
            case ":method": isPost = value == "POST"
            case "content-type":
                hasType = value == "application/grpc" || value == "application/grpc+proto"
                if !hasType { throw .http(415) }
            case CallTimeout.header:
                timeouts += 1
                timeout = CallTimeout(value)
                guard timeouts == 1, timeout != nil else { throw .status(.invalidArgument, CallTimeout.malformed) }
            case "grpc-encoding":
                encodings += 1
                guard encodings == 1, value == "identity" else {
                    throw .status(.unimplemented, "compressed messages are not supported; send grpc-encoding: identity")
                }
            case "authorization": sender.noteAuthorization(value)
            case "x-forwarded-for": sender.noteForwardedFor(value)
            case "forwarded": sender.isUnusual = true
            default: break
            }
        }
        guard hasType else { throw .http(415) }
        guard isPost else { throw .http(405) }
    }

    /// The metadata that handlers see: all headers but those of HTTP/2 itself.
    func metadata(_ headers: HPACKHeaders) -> Metadata {
        var metadata = Metadata()
        metadata.reserveCapacity(headers.count)
        for (name, value, _) in headers where !name.hasPrefix(":") {
            let passedOn = name == CallTimeout.header ? timeout?.shortForm ?? value : value
            metadata.addString(passedOn, forKey: name)
        }
        return metadata
    }
}
