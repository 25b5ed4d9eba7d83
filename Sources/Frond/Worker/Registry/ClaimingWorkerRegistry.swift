import Synchronization

/// An assigned worker ID, claimed in the registry that its servers share.
///
/// Its horizon is in a file of the data directory, as ever. Before an ID is issued the worker ID is claimed in the
/// shared registry as well, which refuses a second server with the same one. A registry that is away later stops
/// nothing: the claim is renewed when it is back.
package final class ClaimingWorkerRegistry<Claims: WorkerRecordStore>: WorkerRegistry {
    private struct State: Sendable {
        var claim: WorkerLease?
        /// The secrets of this process and of those before it on the same data directory.
        var ownSecrets: Set<WorkerSecret> = []
        var isRenewing = false
        /// Set once another server has the claim.
        var failure: FrondError?
    }

    /// The time for which a claim stands without being renewed: longer than a restart of the shared registry takes a
    /// holder to notice, and no longer than a new server in the place of one that was lost can wait.
    private static var claimLength: Duration { .seconds(15) }

    private let file: FileWorkerRegistry
    private let claims: StoredWorkerRegistry<Claims>
    private let state = Mutex(State())

    package init(_ file: FileWorkerRegistry, claimedIn store: Claims) {
        self.file = file
        claims = StoredWorkerRegistry(store)
    }

    package var traits: WorkerRegistryTraits { file.traits }

    package func acquire(_ request: WorkerRequest) async throws(FrondError) -> WorkerLease {
        let (lease, previous) = try await file.acquireKnowingPrevious(request)
        let own = state.withLock { state in
            state.ownSecrets.formUnion([previous, state.claim?.secret].compactMap { $0 })
            return state.ownSecrets
        }
        do throws(FrondError) {
            let claim = try await claim(request, lease, own)
            state.withLock { state in
                state.claim = claim
                state.failure = nil
                if let secret = claim.secret { state.ownSecrets.insert(secret) }
            }
            return lease
        } catch {
            let refusal = error
            do throws(FrondError) {
                try await file.release(
                    lease, at: lease.floorMilliseconds, nowMilliseconds: request.nowMilliseconds)
            } catch {
                // The holding of the file ends with its horizon; the caller is to know why the claim was refused.
                throw refusal
            }
            throw refusal
        }
    }

    private func claim(
        _ request: WorkerRequest, _ lease: WorkerLease, _ own: Set<WorkerSecret>
    ) async throws(FrondError) -> WorkerLease {
        var request = request
        request.length = Self.claimLength
        let transaction = WorkerClaim(
            file.workerID, request, secret: lease.secret ?? .random(), ownSecrets: own)
        do throws(FrondError) {
            return WorkerLease(record: try await claims.perform(transaction))
        } catch  where error.code == .registryLost {
            // Never initialised, or wiped: initialised as after a loss, it gives out no worker ID before the horizons
            // of those that it may have forgotten have passed. Claims need not wait for that.
            let floor = request.nowMilliseconds + claims.holdAfterLoss.wholeMilliseconds
            _ = try await claims.store.initialise(.random(floorMilliseconds: floor), replacing: nil)
            return WorkerLease(record: try await claims.perform(transaction))
        }
    }

    package func extend(
        _ lease: WorkerLease, to horizonMilliseconds: Int64, nowMilliseconds: Int64
    ) async throws(FrondError) -> WorkerLease {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        let extended = try await file.extend(lease, to: horizonMilliseconds, nowMilliseconds: nowMilliseconds)
        renew(nowMilliseconds: nowMilliseconds)
        return extended
    }

    /// Renews the claim beside the extension, which must not wait for a registry that is away.
    private func renew(nowMilliseconds now: Int64) {
        let claim: WorkerLease? = state.withLock { state in
            guard let claim = state.claim, !state.isRenewing else { return nil }
            state.isRenewing = true
            return claim
        }
        guard let claim else { return }
        let isDue = claim.horizonMilliseconds - now < Self.claimLength.wholeMilliseconds / 2
        let horizon = isDue ? now + Self.claimLength.wholeMilliseconds : claim.horizonMilliseconds
        Task { [self] in
            do throws(FrondError) {
                let renewed = try await claims.extend(claim, to: horizon, nowMilliseconds: now)
                finish { if $0.claim?.token == renewed.token { $0.claim = renewed } }
            } catch  where error.code == .workerIDTaken {
                finish { $0.failure = error }
            } catch {
                finish { _ in }
            }
        }
    }

    private func finish(_ change: (inout State) -> Void) {
        state.withLock { state in
            state.isRenewing = false
            change(&state)
        }
    }

    package func release(
        _ lease: WorkerLease, at horizonMilliseconds: Int64, nowMilliseconds: Int64
    ) async throws(FrondError) {
        let claim = state.withLock { state in
            defer { state.claim = nil }
            return state.claim
        }
        if let claim, state.withLock({ $0.failure }) == nil {
            do throws(FrondError) {
                try await claims.release(claim, at: horizonMilliseconds, nowMilliseconds: nowMilliseconds)
            } catch {
                // The claim ends by itself when it is not renewed.
                state.withLock { $0.failure = nil }
            }
        }
        try await file.release(lease, at: horizonMilliseconds, nowMilliseconds: nowMilliseconds)
    }

    package func workers() async throws(FrondError) -> [WorkerRecord] { try await file.workers() }

    package func free(_ workerID: Int64, nowMilliseconds: Int64) async throws(FrondError) -> WorkerRecord {
        try await file.free(workerID, nowMilliseconds: nowMilliseconds)
    }
}
