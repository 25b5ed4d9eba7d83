import NIOCore

/// The bounds of what clients can have in hand at the server. Sizes are in bytes.
struct TransportLimits: Hashable, Sendable {
    /// The largest message of a request; no request of Frond's comes near it.
    var message = 64 << 10
    /// The largest list of headers.
    var headerList = 16 << 10
    /// Calls at the same time on one connection.
    var callsPerConnection = 1000
    /// Calls at the same time on the server that are not answered on the event loop; more are refused.
    var calls = 20_000
    /// Calls at the same time that a connection has whatever the others have.
    var callsShare = 16
    /// Calls of one connection beyond which their headers have to be short.
    var callsWithLongHeaders = 64
    /// The largest list of headers beyond ``callsWithLongHeaders``.
    var shortHeaders = 4 << 10
    /// Bytes that a client may send on one call before the server has handled them.
    var callWindow = 256 << 10
    /// Bytes that a client may send on all calls of one connection before the server has handled them.
    var connectionWindow = 1 << 20
    /// Messages of one call that are decoded and that its handler has not taken.
    var inbox = 256

    /// Bytes of answers of one call that are being made or that the client has not taken; a single message may be
    /// larger.
    var callAnswers = 512 << 10
    /// Bytes of answers of one connection that are being made or that the client has not taken.
    var connectionAnswers = 4 << 20
    /// Bytes of answers of the server that are being made or that clients have not taken.
    var answers = 64 << 20
    /// The part of ``connectionAnswers`` that a connection has whatever the others take.
    var connectionShare = 256 << 10
    /// An answer expected to be as large takes a place among ``largeAnswers``.
    var largeAnswer = 16 << 10
    /// Large answers that are made at the same time; connections take turns.
    var largeAnswers = 2
    /// Bytes of one call that are written and not sent before its handler has to wait.
    var unsent = 64 << 10

    /// The time that a large answer may hold its place.
    var placeTime = TimeAmount.seconds(1)
    /// The time after which a connection that takes nothing is closed while the server is over ``answers``.
    var stall = TimeAmount.seconds(5)
    /// The time of silence after which the client is asked whether it is there.
    var keepalive = TimeAmount.seconds(60)
    /// The time that the client has to answer.
    var keepaliveAnswer = TimeAmount.seconds(20)
    /// The interval between two looks at a connection.
    var look = TimeAmount.seconds(1)
    /// The time that a client has to learn of the end of a connection before new calls are refused.
    var goAwayNotice = TimeAmount.seconds(1)
    /// The time past its deadline after which the transport ends a call that its handler has not ended.
    var deadlineGrace = TimeAmount.milliseconds(100)
}
