/// A fault in one call of a store.
public enum StoreFault: Hashable, Sendable {
    /// The call never reaches the store, and fails.
    case errorBefore
    /// The store does what it is asked, and the reply is lost: the call fails.
    case errorAfterCommit
    /// The call reaches the store only after this time.
    case delay(Duration)
    /// The store does what it is asked, and the reply takes this time.
    case slowReply(Duration)
}
