import Foundation
import Frond
import FrondTesting
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Tinyid's interface keeps what every way to IDs keeps, as far as it can say it: a request that names a generator
/// goes to the ordinary route of the same server.
@Suite("IDs by Tinyid's interface", .serialized, .timeLimit(.minutes(5)))
struct TinyidContractTests {
    /// Those that need no format: Tinyid's answers are numbers.
    private static let promises: [IssuingContract.Promise] = [
        .plainTagsHaveDecimals, .batchesAreExactAndInOrder, .uuidsAreUnique, .scramblesAreWithinTheRange,
        .chainsFallBack,
        .countsOutOfRangeAreRefused, .badNamesAreRefused, .unknownTagsAreRefused, .generatorsNotOfTheTagAreRefused,
        .generatorsNotEnabledAreRefused, .tagsThatAreUsedUpAreRefused,
    ]

    @Test("keep what every way to IDs keeps", arguments: [false, true], promises)
    func keeps(isSimple: Bool, promise: IssuingContract.Promise) async throws {
        let contract = IssuingContract { store, check in
            let settings = IDIssuer.Settings(scrambleKey: try IssuingContract.scrambleKey())
            try await TinyidWay.withServer(store, settings: settings) { tinyid async throws in
                try await check { try await Self.ask($0, tinyid, isSimple: isSimple) }
            }
        }
        try await contract.check(promise)
    }

    private static func ask(
        _ request: IssuingContract.Request, _ tinyid: TinyidWay, isSimple: Bool
    ) async throws -> IssuingContract.Answer {
        guard request.generator == nil else {
            return try await IssuingContractTests.http(request, port: tinyid.port, json: false)
        }
        let name = request.tag.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let form = "bizType=\(name)&batchSize=\(request.count)&token=t"
        if isSimple {
            let answer = try await tinyid.ask("nextIdSimple", form: form)
            if answer.problem == nil {
                return IssuingContract.Answer(
                    lines: answer.body.split(separator: ",").map(String.init), generator: nil)
            }
            // The reason is in the other form: nothing was taken, so that asking again is asking the same.
            #expect(answer.body.isEmpty && answer.status == 200)
        }
        let answer = try await tinyid.ask("nextId", form: form)
        struct Body: Decodable {
            var data: [Int64]?
            var code: Int
            var message: String
        }
        let body = try JSONDecoder().decode(Body.self, from: Data(answer.body.utf8))
        guard let ids = body.data else {
            #expect(body.code == 6 && answer.status == 200)
            throw IssuingContract.Refusal(reason: answer.problem ?? "", message: body.message)
        }
        #expect(body.code == 200 && body.message.isEmpty && answer.problem == nil)
        return IssuingContract.Answer(lines: ids.map(String.init), generator: nil)
    }
}
