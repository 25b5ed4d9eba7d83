public import Frond

/// The promises that every way to IDs keeps (HTTP, gRPC, a client, an embedded issuer), with the same properties of the
/// IDs and the same reasons of refusal.
///
/// A test passes each promise as an argument, as with ``SegmentStoreContract``.
public struct IssuingContract: Sendable {
    /// A request for IDs, as a user writes it.
    public struct Request: Sendable {
        public var tag: String
        public var count: Int
        /// Nil for the tag's own generators.
        public var generator: GeneratorKind?
        /// The format as text, so that an invalid one is sent too.
        public var format: String?

        init(_ tag: String, count: Int = 1, by generator: GeneratorKind? = nil, format: String? = nil) {
            self.tag = tag
            self.count = count
            self.generator = generator
            self.format = format
        }
    }

    /// The IDs of a request, as text, in order.
    public struct Answer: Sendable {
        public var lines: [String]
        /// Nil where the way does not tell.
        public var generator: GeneratorKind?

        public init(lines: [String], generator: GeneratorKind?) {
            self.lines = lines
            self.generator = generator
        }
    }

    /// A refusal with its reason, such as `invalid-argument`, in the words of the way.
    public struct Refusal: Error, Hashable, Sendable {
        public var reason: String
        public var message: String

        public init(reason: String, message: String) {
            self.reason = reason
            self.message = message
        }
    }

    /// Asks for IDs.
    /// - Throws: ``Refusal`` or `FrondError`.
    public typealias Ask = @Sendable (Request) async throws -> Answer

    /// The key that the issuer has to have.
    public static func scrambleKey() throws -> ScrambleKey { try ScrambleKey(Array("a key of sixteen bytes".utf8)) }

    /// The largest count of a request.
    private let maxCount: Int
    private let withWay:
        @Sendable (_ store: any SegmentStore, _ check: @escaping @Sendable (Ask) async throws -> Void)
            async throws -> Void

    /// - Parameters:
    ///   - maxCount: the largest count of a request.
    ///   - withWay: makes a way to an issuer on the store, which has segments and UUIDs and the scramble key of the
    ///     contract, passes it to its argument, and ends it.
    public init(
        maxCount: Int = 10_000,
        withWay:
            @escaping @Sendable (
                _ store: any SegmentStore, _ check: @escaping @Sendable (Ask) async throws -> Void
            ) async throws -> Void
    ) {
        self.maxCount = maxCount
        self.withWay = withWay
    }

    /// One thing that a way must do.
    public enum Promise: String, CaseIterable, Sendable {
        case plainTagsHaveDecimals
        case batchesAreExactAndInOrder
        case uuidsAreUnique
        case formatsOfTheTagAreWritten
        case formatsOfTheRequestAreWritten
        case periodsAreInTheText
        case scramblesAreWithinTheRange
        case chainsFallBack
        case countsOutOfRangeAreRefused
        case badNamesAreRefused
        case unknownTagsAreRefused
        case retiredTagsAreRefused
        case generatorsNotOfTheTagAreRefused
        case generatorsNotEnabledAreRefused
        case badFormatsAreRefused
        case formatsOfUUIDsAreRefused
        case formatsWithoutTheDateAreRefused
        case formatsThatTheTagForbidsAreRefused
        case numbersTooWideForTheFormatAreRefused
        case tagsThatAreUsedUpAreRefused
    }

    /// Checks one promise on a store of its own.
    /// - Throws: ``ContractViolation`` where it is broken.
    public func check(_ promise: Promise) async throws {
        let store = InMemorySegmentStore()
        try await prepare(store)
        try await withWay(store) { ask in try await check(promise, ask) }
    }

    /// Checks every promise, one after another.
    public func checkAll() async throws {
        for promise in Promise.allCases { try await check(promise) }
    }

    private func check(_ promise: Promise, _ ask: Ask) async throws {
        switch promise {
        case .plainTagsHaveDecimals: try await plainTagsHaveDecimals(ask)
        case .batchesAreExactAndInOrder: try await batchesAreExactAndInOrder(ask)
        case .uuidsAreUnique: try await uuidsAreUnique(ask)
        case .formatsOfTheTagAreWritten: try await formatsOfTheTagAreWritten(ask)
        case .formatsOfTheRequestAreWritten: try await formatsOfTheRequestAreWritten(ask)
        case .periodsAreInTheText: try await periodsAreInTheText(ask)
        case .scramblesAreWithinTheRange: try await scramblesAreWithinTheRange(ask)
        case .chainsFallBack: try await chainsFallBack(ask)
        case .countsOutOfRangeAreRefused: try await countsOutOfRangeAreRefused(upTo: maxCount, ask)
        case .badNamesAreRefused: try await badNamesAreRefused(ask)
        case .unknownTagsAreRefused: try await unknownTagsAreRefused(ask)
        case .retiredTagsAreRefused: try await retiredTagsAreRefused(ask)
        case .generatorsNotOfTheTagAreRefused: try await generatorsNotOfTheTagAreRefused(ask)
        case .generatorsNotEnabledAreRefused: try await generatorsNotEnabledAreRefused(ask)
        case .badFormatsAreRefused: try await badFormatsAreRefused(ask)
        case .formatsOfUUIDsAreRefused: try await formatsOfUUIDsAreRefused(ask)
        case .formatsWithoutTheDateAreRefused: try await formatsWithoutTheDateAreRefused(ask)
        case .formatsThatTheTagForbidsAreRefused: try await formatsThatTheTagForbidsAreRefused(ask)
        case .numbersTooWideForTheFormatAreRefused: try await numbersTooWideForTheFormatAreRefused(ask)
        case .tagsThatAreUsedUpAreRefused: try await tagsThatAreUsedUpAreRefused(ask)
        }
    }
}
