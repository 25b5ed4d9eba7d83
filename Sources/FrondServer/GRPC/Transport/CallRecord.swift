import NIOCore

/// A connection's side of a call that a handler answers; used on the event loop alone.
final class CallRecord {
    let call: Call
    let path: String
    var deframer: MessageDeframer
    /// True once the client has ended its side.
    var isInputEnded = false
    /// True once the handler knows so.
    var isEndTold = false
    /// Bytes that the client may still send, as HTTP/2 counts them.
    var window: Int
    /// The costs of messages that are handed over and not answered.
    var costs = CircularBuffer<Int>()
    /// Bytes of answers that are being made or not sent.
    var reserved = 0
    /// True while the call holds a place for a large answer.
    var holdsPlace = false
    /// True while the call waits in its connection's queue.
    var isWaiting = false
    var hasSentHead = false
    var hasSentStatus = false
    var isEnded = false
    var deadline: Scheduled<Void>?
    var placeEnd: Scheduled<Void>?

    init(call: Call, path: String, limits: TransportLimits) {
        self.call = call
        self.path = path
        deframer = MessageDeframer(limit: limits.message)
        window = limits.callWindow
    }
}
