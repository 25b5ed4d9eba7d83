import NIOCore

/// The time limits of a connection.
struct ConnectionLimits {
    /// How long nothing may happen.
    var idle: TimeAmount
    /// How long its answers may take to be given and sent once the server is asked to stop.
    var drain: TimeAmount
}
