import NIOCore

/// The limits of a connection.
struct ConnectionLimits {
    /// A connection on which nothing happens for so long is closed.
    var idle: TimeAmount
    /// A request must be complete so long after its first byte, however its bytes come.
    var request: TimeAmount
    /// The answers under way may take so long once the server ends.
    var drain: TimeAmount
    /// The age after which an answer says that the connection ends; nil for none.
    var age: TimeAmount?

    init(idle: TimeAmount, request: TimeAmount = .seconds(30), drain: TimeAmount, age: TimeAmount? = nil) {
        self.idle = idle
        self.request = request
        self.drain = drain
        self.age = age
    }

    /// The bytes of a request's body that are kept until it is complete: no route wants more.
    static let bodyBytes = 64 << 10
    /// The bytes written and not taken by the client beyond which no request of a connection is read or answered, and
    /// the bytes below which that ends. One answer may go beyond it.
    static let unsentBytes = 32 << 10...64 << 10
    /// A client that was told that the connection ends may go on sending for so long until it is cut off.
    static let linger = TimeAmount.seconds(2)
    /// A connection that is over its age and has no request for so long is closed.
    static let agedIdle = TimeAmount.seconds(1)
    /// The part of the age by which it differs from connection to connection, up and down: the connections that were
    /// opened together are not closed together.
    static let ageJitter = 0.1

    /// Returns an age for one connection; nil for none.
    func age(using random: inout some RandomNumberGenerator) -> TimeAmount? {
        age.map { age in
            let factor = Double.random(in: 1 - Self.ageJitter...1 + Self.ageJitter, using: &random)
            return .nanoseconds(Int64(Double(age.nanoseconds) * factor))
        }
    }
}
