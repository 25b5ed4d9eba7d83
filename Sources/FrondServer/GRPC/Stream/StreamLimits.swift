/// The limits of one stream beyond which no more of its requests are read.
struct StreamLimits: Hashable, Sendable {
    /// Requests that are read and not answered.
    var requests: Int
    /// IDs that these ask for together; a single request may ask for more.
    var ids: Int
}
