import Frond

/// Decides over which address the primary of a database is reached, and which connections to it are still believed.
///
/// In a planned switchover the old primary turns read-only and lives on: connections to it stay open and are of no use.
/// So a write that is refused for that ends all connections of the pool, and from then on a new one counts only once a
/// write was let through over it. Each is made by resolving the name anew. Of several addresses the next is tried where
/// one does not answer or takes no writes.
///
/// A pure state machine, with time passed in.
struct MySQLStateMachine: Sendable {
    /// The longest pause between two attempts while no address serves.
    static let longestPause = Duration.milliseconds(500)
    /// The age at which a connection is replaced by a new one, which may lead elsewhere.
    static let maximumAge = Duration.seconds(300)

    /// One attempt to connect.
    struct Attempt: Equatable, Sendable {
        /// The addresses to try, in order, by their index.
        var addresses: [Int]
        /// True where a connection counts only once a write was let through over it.
        var mustWrite: Bool
        /// The generation of the connection.
        var generation: Int
    }

    enum Admission: Sendable {
        case connect(Attempt)
        case refused(FrondError)
    }

    private let addressCount: Int
    private var address = 0
    private var generation = 0
    private var wasHandedOver = false
    private var health = StoreHealthStateMachine(longestPause: longestPause)

    /// - Parameter addressCount: the number of addresses of the database, 1 or more.
    init(addressCount: Int) {
        precondition(addressCount >= 1, "a database has an address")
        self.addressCount = addressCount
    }

    /// A session wants a connection.
    mutating func admit(now: Duration) -> Admission {
        if case .refused(let error) = health.admit(now: now) { return .refused(error) }
        let addresses = (0..<addressCount).map { (address + $0) % addressCount }
        return .connect(
            Attempt(addresses: addresses, mustWrite: wasHandedOver || addressCount > 1, generation: generation))
    }

    /// An attempt succeeded over this address.
    mutating func connected(to address: Int, _ attempt: Attempt) {
        health.succeeded()
        // A hand-over since then is not answered by a connection that was begun before it.
        guard attempt.generation == generation else { return }
        self.address = address
        wasHandedOver = false
    }

    /// A server answered, and takes no writes.
    mutating func answered() {
        health.succeeded()
    }

    /// No address served.
    /// - Parameter jitter: 0 to 1.
    mutating func failed(_ error: FrondError, now: Duration, jitter: Double) {
        health.failed(error, now: now, jitter: jitter)
    }

    /// A server refused a write, because it is not a primary, or no longer one.
    /// - Parameter generation: that of the connection; an earlier one says nothing new.
    mutating func refusedWrite(_ generation: Int) {
        guard generation == self.generation else { return }
        self.generation += 1
        wasHandedOver = true
        address = (address + 1) % addressCount
    }

    /// A connection that was idle does not answer: the others have probably been dropped with it.
    mutating func fellSilent(_ generation: Int) {
        guard generation == self.generation else { return }
        self.generation += 1
    }

    /// True while a connection may be used.
    func believes(_ generation: Int, age: Duration) -> Bool {
        generation == self.generation && age < Self.maximumAge
    }
}
