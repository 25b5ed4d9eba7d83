import Frond
import FrondAPI
import GRPCCore

extension ErrorStatus {
    /// The status that any error of a handler has on the wire.
    init(any error: any Error) {
        switch error {
        case let status as ErrorStatus: self = status
        case let error as FrondError: self.init(error)
        case let error as RPCError: self.init(error)
        default: self.init(code: .internalError, reason: "internal", message: "internal server error")
        }
    }
}
