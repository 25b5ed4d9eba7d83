public import Frond

/// The promises of every ``Frond/WorkerRegistry``: a compatibility suite for Frond's own registries and those of
/// others.
///
/// A test passes each promise as an argument, so that each is reported by its name:
///
///     @Test(arguments: WorkerRegistryContract.Promise.allCases)
///     func keeps(promise: WorkerRegistryContract.Promise) async throws {
///         try await contract.check(promise)
///     }
///
/// A broken promise is thrown as a ``ContractViolation``; needs no test framework.
public struct WorkerRegistryContract: Sendable {
    /// Opens a registry on some data. Each call opens another one, as another process would.
    public typealias Open = @Sendable () async throws -> any WorkerRegistry

    let fixedWorkerID: Int64?
    private let withFreshData: @Sendable (@Sendable (@escaping Open) async throws -> Void) async throws -> Void

    /// - Parameters:
    ///   - fixedWorkerID: the one worker ID of a registry that has no other.
    ///   - withFreshData: makes data without any record, passes its argument a way to open registries on it, and
    ///     removes it afterwards. May be called several times at once.
    public init(
        fixedWorkerID: Int64? = nil,
        withFreshData: @escaping @Sendable (@Sendable (@escaping Open) async throws -> Void) async throws -> Void
    ) {
        self.fixedWorkerID = fixedWorkerID
        self.withFreshData = withFreshData
    }

    /// One thing that a registry must do.
    public enum Promise: String, CaseIterable, Sendable {
        // Any registry.
        case reservesBeyondNow
        case keepsTheHolder
        case extendsTheHorizon
        case neverShortensAHorizonByExtending
        case extendsAfterAReplyWasLost
        case releasePullsTheHorizonBack
        case releaseNeverGoesBelowTheFloor
        case nextHolderBeginsAtTheHorizon
        case tokenGrowsWithEachHolder
        case refusesToExtendAfterARelease
        case refusesToReleaseTwice
        case refusesToFreeWhatIsHeld
        case freesWhatHasExpired
        case refusesToFreeWhatNobodyHeld
        case goesOnWhereItWasAfterReopening
        case refusesALeaseWithoutItsSecret
        case checksALeaseWithoutMovingIt
        // Registries with several worker IDs.
        case givesEachWorkerIDOnce
        case saysWhenTheNextIsFree
        case givesAnExpiredWorkerIDToAnother
        case refusesTheOldHolderAfterATakeover
        case findsItsOwnWorkerIDAgain
        case staysWithinTheWorkerIDsWanted
        case concurrentAcquisitionsAreDisjoint
        case registriesOnTheSameDataAreDisjoint
        case listsWorkersInOrder

        /// True if the promise takes more than one worker ID.
        public var needsSeveralWorkerIDs: Bool {
            switch self {
            case .givesEachWorkerIDOnce, .saysWhenTheNextIsFree, .givesAnExpiredWorkerIDToAnother,
                .refusesTheOldHolderAfterATakeover, .findsItsOwnWorkerIDAgain, .staysWithinTheWorkerIDsWanted,
                .concurrentAcquisitionsAreDisjoint, .registriesOnTheSameDataAreDisjoint, .listsWorkersInOrder:
                true
            default:
                false
            }
        }

        /// The promises of a registry with one worker ID alone.
        public static var ofFixedRegistries: [Promise] { allCases.filter { !$0.needsSeveralWorkerIDs } }
    }

    /// Checks one promise on fresh data.
    /// - Throws: ``ContractViolation`` where it is broken, and whatever error the registry answers with.
    public func check(_ promise: Promise) async throws {
        try await withFreshData { open in
            try await check(promise, open)
        }
    }

    /// Checks every promise, one after another.
    public func checkAll() async throws {
        let promises = fixedWorkerID == nil ? Promise.allCases : Promise.ofFixedRegistries
        for promise in promises { try await check(promise) }
    }

    private func check(_ promise: Promise, _ open: @escaping Open) async throws {
        switch promise {
        case .reservesBeyondNow: try await reservesBeyondNow(open())
        case .keepsTheHolder: try await keepsTheHolder(open())
        case .extendsTheHorizon: try await extendsTheHorizon(open())
        case .neverShortensAHorizonByExtending: try await neverShortensAHorizonByExtending(open())
        case .extendsAfterAReplyWasLost: try await extendsAfterAReplyWasLost(open())
        case .releasePullsTheHorizonBack: try await releasePullsTheHorizonBack(open())
        case .releaseNeverGoesBelowTheFloor: try await releaseNeverGoesBelowTheFloor(open())
        case .nextHolderBeginsAtTheHorizon: try await nextHolderBeginsAtTheHorizon(open())
        case .tokenGrowsWithEachHolder: try await tokenGrowsWithEachHolder(open())
        case .refusesToExtendAfterARelease: try await refusesToExtendAfterARelease(open())
        case .refusesToReleaseTwice: try await refusesToReleaseTwice(open())
        case .refusesToFreeWhatIsHeld: try await refusesToFreeWhatIsHeld(open())
        case .freesWhatHasExpired: try await freesWhatHasExpired(open())
        case .refusesToFreeWhatNobodyHeld: try await refusesToFreeWhatNobodyHeld(open())
        case .goesOnWhereItWasAfterReopening: try await goesOnWhereItWasAfterReopening(open)
        case .refusesALeaseWithoutItsSecret: try await refusesALeaseWithoutItsSecret(open())
        case .checksALeaseWithoutMovingIt: try await checksALeaseWithoutMovingIt(open())
        case .givesEachWorkerIDOnce: try await givesEachWorkerIDOnce(open())
        case .saysWhenTheNextIsFree: try await saysWhenTheNextIsFree(open())
        case .givesAnExpiredWorkerIDToAnother: try await givesAnExpiredWorkerIDToAnother(open())
        case .refusesTheOldHolderAfterATakeover: try await refusesTheOldHolderAfterATakeover(open())
        case .findsItsOwnWorkerIDAgain: try await findsItsOwnWorkerIDAgain(open())
        case .staysWithinTheWorkerIDsWanted: try await staysWithinTheWorkerIDsWanted(open())
        case .concurrentAcquisitionsAreDisjoint: try await concurrentAcquisitionsAreDisjoint(open)
        case .registriesOnTheSameDataAreDisjoint: try await registriesOnTheSameDataAreDisjoint(open)
        case .listsWorkersInOrder: try await listsWorkersInOrder(open())
        }
    }

    // MARK: What the promises are made of

    /// 2024-01-01T00:00:00Z.
    var now: Int64 { 1_704_067_200_000 }

    func holder(_ host: String = "host-a") -> WorkerHolder {
        WorkerHolder(
            host: host, processID: 4711, startedAtMilliseconds: now - 5000, address: "10.0.0.7:8080",
            version: "1.0 'β'")
    }

    func acquire(
        _ registry: any WorkerRegistry, by host: String = "host-a", after elapsed: Int64 = 0, count: Int64 = 4
    ) async throws(FrondError) -> WorkerLease {
        let first = fixedWorkerID ?? 0
        return try await registry.acquire(
            WorkerRequest(
                holder: holder(host), workerIDs: first..<(first + (fixedWorkerID == nil ? count : 1)),
                nowMilliseconds: now + elapsed, length: .seconds(3)))
    }
}
