import Frond
import Logging
import NIOCore

@testable import FrondServer

extension AccessControl {
    /// A door that says nothing.
    static func silent(_ rules: AccessRules = AccessRules(), time: any TimeSource = SystemTimeSource()) -> AccessControl
    {
        AccessControl(rules, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, time: time)
    }
}

extension LaneDoor {
    /// The door of a connection from this machine.
    static func local(_ access: AccessControl = .silent()) throws -> LaneDoor {
        LaneDoor(access: access, peer: PeerIdentity(try SocketAddress(ipAddress: "127.0.0.1", port: 1)))
    }
}
