import Frond
import FrondClient
import FrondTesting
import Synchronization

/// Every ID that the clients of a test were given.
final class Draws: Sendable {
    private struct State: Sendable {
        var ids: Set<Int64> = []
        var duplicates: [Int64] = []
        var failures: [FrondError] = []
    }

    private let state = Mutex(State())

    var count: Int { state.withLock { $0.ids.count } }
    /// IDs that came twice.
    var duplicates: [Int64] { state.withLock { $0.duplicates } }
    var failures: [FrondError] { state.withLock { $0.failures } }

    func add(_ id: Int64) {
        state.withLock { state in
            if !state.ids.insert(id).inserted { state.duplicates.append(id) }
        }
    }

    /// Draws an ID and notes what came of it.
    /// - Returns: the ID; nil where there was none.
    @discardableResult
    func draw(_ next: () async throws(FrondError) -> Int64) async -> Int64? {
        do throws(FrondError) {
            let id = try await next()
            add(id)
            return id
        } catch {
            state.withLock { $0.failures.append(error) }
            return nil
        }
    }
}

extension PoolPolicy {
    /// A machine that runs many tests at once may be slow: only what a test is about runs out of time.
    static let patient = PoolPolicy(callLimit: .seconds(60))
}

extension FrondClient {
    /// A client that reserves often.
    static func thirsty(
        _ servers: [String], pool: PoolPolicy = .patient, wait: Duration = .seconds(60)
    ) throws -> FrondClient {
        try FrondClient(
            Configuration(
                servers: servers, pool: pool, segment: SegmentPolicy(maxStep: 10, waitLimit: wait)))
    }
}

/// A store that makes tags with a small step.
func smallSteps(_ step: Int64 = 10) -> StoreView {
    StoreView(InMemorySegmentStore(), missingTags: .create(TagSettings(step: step)))
}

/// Waits until a condition is true.
/// - Returns: false where it did not become so.
func eventually(_ isSo: () async -> Bool) async -> Bool {
    do {
        try await waitUntil("the condition of the test", isSo)
        return true
    } catch {
        return false
    }
}
