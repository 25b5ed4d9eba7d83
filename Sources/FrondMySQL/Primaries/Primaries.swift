import Frond
import Logging
import Synchronization

/// Several databases of which any may serve: asks one after another until one does.
struct Primaries<Database: Sendable>: Sendable {
    let databases: [Database]
    private let rotation: RotationBox
    private let time: any TimeSource
    private let logger: Logger

    init(_ databases: [Database], time: any TimeSource, logger: Logger) {
        self.databases = databases
        rotation = RotationBox(count: databases.count)
        self.time = time
        self.logger = logger
    }

    /// Asks the database whose turn it is, and where it fails the others.
    /// - Throws: where none serves, the error that says most: an answer rather than a silence.
    func first<Value>(
        _ call: (_ index: Int, Database) async throws(FrondError) -> Value
    ) async throws(FrondError) -> Value {
        var tried: [Int] = []
        var errors: [FrondError] = []
        while let index = rotation.state.withLock({ $0.next(excluding: tried, now: time.monotonic) }) {
            tried.append(index)
            do throws(FrondError) {
                let value = try await call(index, databases[index])
                rotation.state.withLock { $0.succeeded(index) }
                return value
            } catch {
                note(error, of: index)
                // No other database can do better.
                if error.code == .cancelled || error.code == .invalidArgument { throw error }
                errors.append(error)
            }
        }
        throw Self.mostTelling(of: errors + rotation.state.withLock(\.failures))
    }

    private func note(_ error: FrondError, of index: Int) {
        rotation.state.withLock { rotation in
            if error.saysNothingOfTheStore {
                rotation.learnedNothing(index, now: time.monotonic, jitter: Double.random(in: 0...1))
            } else if error.code == .storeUnavailable, error.scope == .store {
                rotation.failed(index, error, now: time.monotonic, jitter: Double.random(in: 0...1))
            } else {
                rotation.succeeded(index)
            }
        }
        guard databases.count > 1 else { return }
        let metadata = LogKey.metadata([.error: error.message])
        if error.code == .storeWentBack {
            logger.error("a database went back and is passed over", metadata: metadata)
        } else {
            logger.debug("a database is passed over", metadata: metadata)
        }
    }

    private static func mostTelling(of errors: [FrondError]) -> FrondError {
        let order: [FrondError.Code] = [.storeWentBack, .storeUnavailable, .overloaded, .storeCorrupt, .exhausted]
        func rank(_ error: FrondError) -> Int {
            // Unknown in those that answer, while others may know it.
            if error.code == .unknownTag { return order.count }
            return order.firstIndex(of: error.code) ?? order.count
        }
        let best = errors.enumerated().min { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
        return best?.element
            ?? FrondError(.storeUnavailable, "no database may be asked at the moment", retryAfter: .seconds(1))
    }
}

/// The state that all copies of ``Primaries`` share.
private final class RotationBox: Sendable {
    let state: Mutex<PrimaryRotation>

    init(count: Int) {
        state = Mutex(PrimaryRotation(count: count, turn: Int.random(in: 0..<count)))
    }
}
