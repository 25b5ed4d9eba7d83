import HTTPTypes
import Testing

@testable import FrondServer

@Suite("Query parameters", .timeLimit(.minutes(5)))
struct QueryParametersTests {
    private let names = ["count", "format"]

    @Test("are decoded, and ignored where they begin with an underscore")
    func values() throws {
        let query = try QueryParameters("c%6Funt=%35&_=1&_=2&%5Ft=3&format=a+b%3D&&", knowing: names)
        #expect(query["count"] == "5")
        #expect(query["format"] == "a+b=")
        #expect(query["_"] == nil)
        #expect(try QueryParameters(nil, knowing: names)["count"] == nil)
        #expect(try QueryParameters("", knowing: [])["count"] == nil)
    }

    @Test(
        "that are unknown, given twice or broken are a 400 that names them",
        arguments: [
            ("count=2&count=3", "'count' is given twice"), ("count=2&c%6funt=2", "'count' is given twice"),
            ("count&count", "'count' is given twice"), ("batchSize=5", "'batchSize' is unknown"),
            ("Count=5", "'Count' is unknown"), ("count=1&size=5", "'size' is unknown"), ("=5", "'' is unknown"),
            ("count=%zz", "'count' has broken"), ("%zz=1", "'%zz' has broken"), ("count=1;x=2", nil),
        ] as [(String, String?)])
    func refused(query: String, text: String?) throws {
        guard let text else {
            #expect(try QueryParameters(query, knowing: names)["count"] == "1;x=2")
            return
        }
        let problem = #expect(throws: Problem.self) { try QueryParameters(query, knowing: names) }
        #expect(problem?.status == .badRequest)
        #expect(problem?.detail.contains(text) == true, "\(problem?.detail ?? "")")
    }

    @Test("a number is digits alone")
    func digits() {
        #expect(Int(digits: "007") == 7)
        for text in ["", "+5", "-5", " 5", "5 ", "٥", "1_0", "99999999999999999999"] {
            #expect(Int(digits: text) == nil)
        }
    }
}
