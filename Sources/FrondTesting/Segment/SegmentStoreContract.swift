public import Frond

/// The promises of every ``Frond/SegmentStore``: a compatibility suite for Frond's own backends and for those of
/// others.
///
/// A test passes each promise as an argument, so that each is reported by its name:
///
///     @Test(arguments: SegmentStoreContract.Promise.allCases)
///     func keeps(promise: SegmentStoreContract.Promise) async throws {
///         try await contract.check(promise)
///     }
///
/// A broken promise is thrown as a ``ContractViolation``; needs no test framework.
public struct SegmentStoreContract: Sendable {
    /// Opens a store on some data. Each call opens another one, as another process would.
    public typealias Open = @Sendable () async throws -> any SegmentStore

    private let withFreshData: @Sendable (@Sendable (@escaping Open) async throws -> Void) async throws -> Void

    /// - Parameter withFreshData: makes data without any tag, passes its argument a way to open stores on it, and
    ///   removes it afterwards. May be called several times at once.
    public init(
        withFreshData: @escaping @Sendable (@Sendable (@escaping Open) async throws -> Void) async throws -> Void
    ) {
        self.withFreshData = withFreshData
    }

    /// One thing that a store must do.
    public enum Promise: String, CaseIterable, Sendable {
        // Reserving.
        case reservesFromTheStartWithoutGaps
        case reservesTheStepWhereFewerAreWanted
        case reservesMoreThanTheStepWhereMoreAreWanted
        case refusesUnknownTags
        case reservesExactlyToTheMaximum
        case takesNothingWhereTooFewAreLeft
        case sharesWhatIsLeft
        case beginsAgainWhereTheTagCycles
        case reservesUpToTheLargestNumber
        case refusesToReserveBelowTheFloor
        case reservesAtTheFloor
        // Tags.
        case createsATagOnce
        case keepsTheSettings
        case keepsTextAsItIs
        case tellsTagsOfAnyNameApart
        case refusesSettingsOutOfRange
        case changesSettings
        case changesOneOptionOnly
        case refusesAChangeOfAnotherVersion
        case wantsConsentToRepeatOrToEnd
        case movesTheNextNumberForwardOnly
        case refusesToChangeUnknownTags
        case refusesChangesOutOfRange
        case reservesNothingOfARetiredTag
        case goesOnWhereARetiredTagIsBroughtBack
        case listsTagsByName
        case listsTagsThatChanged
        // Giving back.
        case takesAnUnusedTailBack
        case takesATailBackOnce
        case refusesATailAfterAnotherReservation
        case refusesATailOfAnotherVersion
        case refusesATailOfAnotherEnd
        case refusesATailFromBelowItsReservation
        case takesTwoReservationsOfOneCallerBack
        case refusesATailAfterAChange
        case refusesATailOfAnUnknownTag
        case refusesATailWithoutItsSecret
        // Sharing.
        case concurrentReservationsAreDisjoint
        case storesOnTheSameDataAreDisjoint
        case concurrentTailsAndReservationsAreDisjoint
        case concurrentCreationMakesOneTag
        case reservationsOfManyTagsKeepApart
        case oneTagsErrorIsNotAnothers
        case goesOnWhereItWasAfterReopening
    }

    /// Checks one promise on fresh data.
    /// - Throws: ``ContractViolation`` where it is broken, and whatever error the store answers with.
    public func check(_ promise: Promise) async throws {
        try await withFreshData { open in
            try await check(promise, open)
        }
    }

    /// Checks every promise, one after another.
    public func checkAll() async throws {
        for promise in Promise.allCases { try await check(promise) }
    }

    private func check(_ promise: Promise, _ open: @escaping Open) async throws {
        switch promise {
        case .reservesFromTheStartWithoutGaps: try await reservesFromTheStartWithoutGaps(open())
        case .reservesTheStepWhereFewerAreWanted: try await reservesTheStepWhereFewerAreWanted(open())
        case .reservesMoreThanTheStepWhereMoreAreWanted: try await reservesMoreThanTheStepWhereMoreAreWanted(open())
        case .refusesUnknownTags: try await refusesUnknownTags(open())
        case .reservesExactlyToTheMaximum: try await reservesExactlyToTheMaximum(open())
        case .takesNothingWhereTooFewAreLeft: try await takesNothingWhereTooFewAreLeft(open())
        case .sharesWhatIsLeft: try await sharesWhatIsLeft(open)
        case .beginsAgainWhereTheTagCycles: try await beginsAgainWhereTheTagCycles(open())
        case .reservesUpToTheLargestNumber: try await reservesUpToTheLargestNumber(open())
        case .refusesToReserveBelowTheFloor: try await refusesToReserveBelowTheFloor(open())
        case .reservesAtTheFloor: try await reservesAtTheFloor(open())
        case .createsATagOnce: try await createsATagOnce(open())
        case .keepsTheSettings: try await keepsTheSettings(open())
        case .keepsTextAsItIs: try await keepsTextAsItIs(open())
        case .tellsTagsOfAnyNameApart: try await tellsTagsOfAnyNameApart(open())
        case .refusesSettingsOutOfRange: try await refusesSettingsOutOfRange(open())
        case .changesSettings: try await changesSettings(open())
        case .changesOneOptionOnly: try await changesOneOptionOnly(open())
        case .refusesAChangeOfAnotherVersion: try await refusesAChangeOfAnotherVersion(open)
        case .wantsConsentToRepeatOrToEnd: try await wantsConsentToRepeatOrToEnd(open())
        case .movesTheNextNumberForwardOnly: try await movesTheNextNumberForwardOnly(open())
        case .refusesToChangeUnknownTags: try await refusesToChangeUnknownTags(open())
        case .refusesChangesOutOfRange: try await refusesChangesOutOfRange(open())
        case .reservesNothingOfARetiredTag: try await reservesNothingOfARetiredTag(open)
        case .goesOnWhereARetiredTagIsBroughtBack: try await goesOnWhereARetiredTagIsBroughtBack(open())
        case .listsTagsByName: try await listsTagsByName(open())
        case .listsTagsThatChanged: try await listsTagsThatChanged(open())
        case .takesAnUnusedTailBack: try await takesAnUnusedTailBack(open())
        case .takesATailBackOnce: try await takesATailBackOnce(open())
        case .refusesATailAfterAnotherReservation: try await refusesATailAfterAnotherReservation(open())
        case .refusesATailOfAnotherVersion: try await refusesATailOfAnotherVersion(open())
        case .refusesATailOfAnotherEnd: try await refusesATailOfAnotherEnd(open())
        case .refusesATailFromBelowItsReservation: try await refusesATailFromBelowItsReservation(open())
        case .takesTwoReservationsOfOneCallerBack: try await takesTwoReservationsOfOneCallerBack(open())
        case .refusesATailAfterAChange: try await refusesATailAfterAChange(open())
        case .refusesATailOfAnUnknownTag: try await refusesATailOfAnUnknownTag(open())
        case .refusesATailWithoutItsSecret: try await refusesATailWithoutItsSecret(open())
        case .concurrentReservationsAreDisjoint: try await concurrentReservationsAreDisjoint(open)
        case .storesOnTheSameDataAreDisjoint: try await storesOnTheSameDataAreDisjoint(open)
        case .concurrentTailsAndReservationsAreDisjoint: try await concurrentTailsAndReservationsAreDisjoint(open)
        case .concurrentCreationMakesOneTag: try await concurrentCreationMakesOneTag(open)
        case .reservationsOfManyTagsKeepApart: try await reservationsOfManyTagsKeepApart(open)
        case .oneTagsErrorIsNotAnothers: try await oneTagsErrorIsNotAnothers(open)
        case .goesOnWhereItWasAfterReopening: try await goesOnWhereItWasAfterReopening(open)
        }
    }
}
