import Foundation
import Frond
import FrondTesting
import Testing

@testable import FrondServer

@Suite("Tinyid's interface", .timeLimit(.minutes(5)))
struct TinyidAnswerTests {
    private static let json = "application/json;charset=UTF-8"
    private static let text = "text/plain;charset=UTF-8"

    private static func store(_ settings: TagSettings = TagSettings(step: 1000)) async throws -> InMemorySegmentStore {
        let store = InMemorySegmentStore()
        _ = try await store.create(try Frond.Tag("order"), settings)
        return store
    }

    @Test("answers byte for byte as Tinyid does, and no cache keeps it")
    func bytes() async throws {
        try await TinyidWay.withServer(try await Self.store()) { tinyid async throws in
            for (path, body, type) in [
                ("nextId?bizType=order&token=t", #"{"data":[1],"code":200,"message":""}"#, Self.json),
                ("nextId?bizType=order&batchSize=3&token=t", #"{"data":[2,3,4],"code":200,"message":""}"#, Self.json),
                ("nextIdSimple?bizType=order&token=t", "5", Self.text),
                ("nextIdSimple?batchSize=2&bizType=order&token=t", "6,7", Self.text),
                // An empty number is none: Spring binds it to null.
                ("nextIdSimple?batchSize=&bizType=order", "8", Self.text),
                ("nextSegmentIdSimple?bizType=order&token=t", "1000,1200,2000,1,0", Self.text),
                (
                    "nextSegmentId?bizType=order&token=t",
                    #"{"data":{"maxId":3000,"loadingId":2200,"currentId":2000,"delta":1,"remainder":0},"#
                        + #""code":200,"message":""}"#, Self.json
                ),
                ("nextIdSimple?bizType=order&token=t", "9", Self.text),
            ] {
                let answer = try await tinyid.ask(path)
                #expect(
                    answer
                        == TinyidWay.Answer(
                            status: 200, body: body, contentType: type, cacheControl: "no-store", problem: nil),
                    "\(path)")
            }
        }
    }

    @Test("takes parameters from the query, from a form, and from both")
    func forms() async throws {
        try await TinyidWay.withServer(try await Self.store()) { tinyid async throws in
            #expect(try await tinyid.ask("nextIdSimple?token=t&bizType=order", form: "").body == "1")
            #expect(try await tinyid.ask("nextIdSimple", form: "bizType=order&batchSize=2&token=t").body == "2,3")
            #expect(try await tinyid.ask("nextIdSimple?bizType=order", form: "batchSize=2").body == "4,5")
            let type = "Application/X-WWW-Form-Urlencoded; charset=UTF-8"
            #expect(try await tinyid.ask("nextIdSimple", form: "bizType=%6Frder", contentType: type).body == "6")
            #expect(try await tinyid.ask("nextSegmentIdSimple", form: "bizType=order").body == "1000,1200,2000,1,0")
            // A body that is no form is ignored, as Tinyid does.
            let body = #"{"bizType":"other"}"#
            let json = "application/json"
            #expect(try await tinyid.ask("nextIdSimple?bizType=order", form: body, contentType: json).body == "7")
            let missing = try await tinyid.ask("nextId", form: body, contentType: json)
            #expect(missing.body.contains("the parameter 'bizType' is missing"), "\(missing.body)")
        }
    }

    @Test(
        "a failure is code 6, or nothing in the simple form, and takes no number",
        arguments: [
            (
                "bizType=nothing", "tag 'nothing' does not exist: create it with 'frond tag create nothing'",
                "unknown-tag"
            ),
            ("bizType=or+der", "'or der' is not a tag", "invalid-argument"), ("bizType=", "empty", "invalid-argument"),
            ("", "'bizType' is missing", "invalid-argument"),
            ("bizType=order&batchSize=0", "batchSize '0' is not a number from 1 to 100", "invalid-argument"),
            ("bizType=order&batchSize=-5", "batchSize '-5' is not", "invalid-argument"),
            ("bizType=order&batchSize=101", "batchSize '101' is not", "invalid-argument"),
            ("bizType=order&batchSize=99999999999999999999", "is not a number", "invalid-argument"),
            ("bizType=order&batchSize=2x", "batchSize '2x' is not", "invalid-argument"),
            ("bizType=order&batchSize=+2", "batchSize ' 2' is not", "invalid-argument"),
            ("bizType=order&bizType=user", "'bizType' is given twice", "invalid-argument"),
            ("bizType=order&batchSize=2&batchSize=2", "'batchSize' is given twice", "invalid-argument"),
            ("bizType=%zz", "'bizType' has broken percent-encoding", "invalid-argument"),
        ])
    func failures(query: String, text: String, code: String) async throws {
        try await TinyidWay.withServer(try await Self.store(), maxCount: 100) { tinyid async throws in
            // Foundation would mend what is broken in a URL.
            let json = try await tinyid.ask("nextId", form: query)
            #expect(json.status == 200)
            #expect(json.contentType == Self.json)
            #expect(json.problem == code)
            #expect(json.body.hasPrefix(#"{"data":null,"code":6,"message":""#), "\(json.body)")
            #expect(json.body.contains(text), "\(json.body)")
            let simple = try await tinyid.ask("nextIdSimple", form: query)
            #expect(
                simple
                    == TinyidWay.Answer(
                        status: 200, body: "", contentType: Self.text, cacheControl: "no-store", problem: code))
            #expect(try await tinyid.ask("nextIdSimple?bizType=order").body == "1")
        }
    }

    @Test("other parameters are ignored, and a token is not even decoded")
    func ignored() async throws {
        try await TinyidWay.withServer(try await Self.store()) { tinyid async throws in
            let form = "bizType=order&token=%zz&token=&timestamp=5&%zz=1&batchsize=7"
            #expect(try await tinyid.ask("nextIdSimple", form: form).body == "1")
            #expect(
                try await tinyid.ask("nextSegmentIdSimple?bizType=order&batchSize=abc").body == "1000,1200,2000,1,0")
        }
    }

    @Test("other methods are a 405, and other paths a 404", arguments: ["HEAD", "PUT", "DELETE"])
    func methods(method: String) async throws {
        try await TinyidWay.withServer(try await Self.store()) { tinyid async throws in
            #expect(try await tinyid.ask("nextId?bizType=order", method: method).status == 405)
            #expect(try await tinyid.ask("nextIds?bizType=order").status == 404)
            #expect(try await tinyid.ask("nextIdSimple?bizType=order").body == "1")
        }
    }

    @Test("is off by default")
    func off() async throws {
        var server = TestServer()
        server.store = try await Self.store()
        try await server.whileRunning { running async throws in
            let tinyid = TinyidWay(port: running.httpPort)
            for method in TinyidInterface.Method.allCases {
                #expect(try await tinyid.ask("\(method.rawValue)?bizType=order").status == 404)
            }
        }
    }

    // MARK: Segments

    @Test("segments and IDs of one tag never meet")
    func disjoint() async throws {
        let store = try await Self.store(TagSettings(step: 7))
        try await TinyidWay.withServer(store) { tinyid async throws in
            let numbers = try await withThrowingTaskGroup(of: [Int64].self) { group in
                for index in 0..<40 {
                    group.addTask {
                        guard index % 2 == 0 else {
                            let body = try await tinyid.ask("nextIdSimple?bizType=order&batchSize=5").body
                            return body.split(separator: ",").compactMap { Int64($0) }
                        }
                        return tinyidNumbers(try await tinyid.ask("nextSegmentIdSimple?bizType=order").body)
                    }
                }
                return try await group.reduce(into: [Int64]()) { $0 += $1 }
            }
            #expect(numbers.count == 240)
            #expect(Set(numbers).count == numbers.count)
        }
    }

    @Test("a segment of a tag whose IDs are not its numbers is refused, and takes none")
    func formatted() async throws {
        let options = TagOptions(format: try TextFormat("ORD-{number:6}"))
        let store = try await Self.store(TagSettings(options: options))
        try await TinyidWay.withServer(store) { tinyid async throws in
            for method in TinyidInterface.Method.allCases {
                let answer = try await tinyid.ask("\(method.rawValue)?bizType=order")
                #expect(answer.problem == "invalid-argument")
                #expect(method.isSimple == answer.body.isEmpty)
                #expect(method.isSimple || answer.body.contains("/api/id/order"), "\(answer.body)")
            }
            #expect(try await store.tag(try Frond.Tag("order"))?.maxID == 1)
        }
    }

    @Test("a tag that is used up is code 6, and no client is sent into an endless loop")
    func usedUp() async throws {
        try await TinyidWay.withServer(try await Self.store(TagSettings(step: 2, maxValue: 3))) { tinyid async throws in
            var numbers: [Int64] = []
            // Near its end a range is handed out in smaller parts, and never in empty ones.
            while numbers.count < 3 {
                let part = tinyidNumbers(try await tinyid.ask("nextSegmentIdSimple?bizType=order").body)
                try #require(!part.isEmpty)
                numbers += part
            }
            #expect(numbers == [1, 2, 3])
            #expect(try await tinyid.ask("nextSegmentIdSimple?bizType=order").body == "")
            #expect(try await tinyid.ask("nextSegmentId?bizType=order").problem == "exhausted")
        }
    }

    /// A store whose rows went back to what they were before the last reservation.
    private struct RestoredStore: ForwardingSegmentStore {
        let beneath: any SegmentStore

        func reserve(
            _ tag: Frond.Tag, atLeast demand: SegmentDemand?, after floor: SegmentPosition?
        ) async throws(FrondError) -> Segment {
            let segment = try await beneath.reserve(tag, atLeast: demand, after: floor)
            _ = try await beneath.giveBack(segment, of: tag)
            return segment
        }
    }

    @Test("a store that went back hands no segment out twice")
    func wentBack() async throws {
        let store = RestoredStore(beneath: try await Self.store())
        try await TinyidWay.withServer(store) { tinyid async throws in
            #expect(try await tinyid.ask("nextSegmentIdSimple?bizType=order").body == "0,200,1000,1,0")
            for _ in 0..<3 {
                let answer = try await tinyid.ask("nextSegmentId?bizType=order")
                #expect(answer.problem == "store-went-back", "\(answer.body)")
            }
            #expect(try await tinyid.ask("nextId?bizType=order").problem == "store-went-back")
        }
    }
}
