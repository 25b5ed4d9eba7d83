import Frond
import Synchronization

/// Sees to it that the databases of a list were all given this list: servers that list them differently would give out
/// the same tickets.
///
/// A database remembers its place. One that knows none is told only while all others answer, so that none of them can
/// know another; and where one contradicts the list, no database of it is drawn from.
final class TicketAgreement: Sendable {
    private enum State: Sendable {
        case unknown
        case agreed
        /// All agreed once; then a draw found something wrong.
        case doubted
        /// For good: who changes the list starts the servers anew.
        case contradicted(FrondError)
    }

    private let databases: [TicketDatabase]
    private let state = Mutex(State.unknown)

    init(_ databases: [TicketDatabase]) {
        self.databases = databases
    }

    /// Returns where no database that answers contradicts the list, and one at least knows its place in it.
    /// - Throws: `storeCorrupt` where one contradicts it; `storeUnavailable` if it is unknown.
    func reach() async throws(FrondError) {
        switch state.withLock({ $0 }) {
        case .agreed: return
        case .contradicted(let error): throw error
        case .doubted: return try await confirm()
        case .unknown: break
        }
        var placeless: [TicketDatabase] = []
        var silence: FrondError?
        var agreeing = 0
        for database in databases {
            do throws(FrondError) {
                if try await database.knowsItsPlace() { agreeing += 1 } else { placeless.append(database) }
            } catch {
                if error.code == .storeCorrupt { throw error }
                silence = error
            }
        }
        if let silence {
            // One that knows its place was told it when all the others answered. Those that know none wait.
            guard agreeing > 0 else { throw silence }
            return
        }
        for database in placeless { try await database.takePlace() }
        // A process with another list may have been faster.
        for database in placeless { _ = try await database.knowsItsPlace() }
        state.withLock { $0 = .agreed }
    }

    /// A draw failed: perhaps a database was given another place.
    func failed(_ error: FrondError) {
        guard error.code == .storeCorrupt else { return }
        state.withLock { state in
            if case .agreed = state { state = .doubted }
        }
    }

    /// A place that was changed or taken away after all agreed means another list: nothing more is drawn by this one,
    /// from any database.
    private func confirm() async throws(FrondError) {
        for database in databases {
            do throws(FrondError) {
                guard try await !database.knowsItsPlace() else { continue }
                throw database.withoutPlace
            } catch {
                guard error.code == .storeCorrupt else { continue }
                state.withLock { $0 = .contradicted(error) }
                throw error
            }
        }
        state.withLock { $0 = .agreed }
    }
}
