import Testing

@testable import FrondServer

@Suite("Accept", .timeLimit(.minutes(5)))
struct AcceptFieldTests {
    /// What Spring's RestTemplate sends.
    static let spring = "text/plain, application/json, application/*+json, */*"

    @Test(
        "weights and specificity decide, and the order does not",
        arguments: [
            ([], 1000, 1000), (["*/*"], 1000, 1000), ([""], 1000, 1000), ([spring], 1000, 1000),
            (["application/json"], 0, 1000), (["application/*"], 0, 1000), (["text/*"], 1000, 0),
            (["text/plain"], 1000, 0), (["text/html, application/json;q=0.9, */*;q=0.1"], 100, 900),
            (["*/*;q=0.1, application/json;q=0.9, text/html"], 100, 900),
            (["application/json, */*;q=0"], 0, 1000), (["*/*;q=0, application/json"], 0, 1000),
            (["text/plain;q=0, */*"], 0, 1000), (["application/json;q=0, */*"], 1000, 0),
            (["application/json", "text/plain;q=0.5"], 500, 1000), (["APPLICATION/JSON ; Q=0.25"], 0, 250),
            (["application/json;charset=UTF-8"], 0, 1000), (["text/plain; charset=\"utf-8\", */*;q=0"], 1000, 0),
            (["text/plain;format=flowed, application/json;q=0.2"], 0, 200), (["application/problem+json"], 0, 0),
            (["text/plain;q=0.2, text/plain;q=0.7"], 700, 0), (["text/plain;q=1.000;level=1"], 1000, 0),
            (["application/json;q=x"], 1000, 1000), (["nonsense"], 1000, 1000), (["text/html"], 0, 0),
            (["text/x;a=\"application/json, */*\""], 0, 0), (["text/*;q=0.3, */*;q=0.5"], 300, 500),
            (["text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"], 200, 200),
        ] as [([String], Int, Int)])
    func weights(lines: [String], text: Int, json: Int) {
        let field = AcceptField(lines)
        #expect(field.text == text)
        #expect(field.json == json)
    }

    @Test("the form of an answer is the one asked for, else what Accept makes of the path")
    func forms() throws {
        let json = AcceptField(["application/json"])
        let spring = AcceptField([Self.spring])
        #expect(try AnswerForm(nil, accept: json, negotiatesObject: true) == .object)
        #expect(try AnswerForm(nil, accept: json, negotiatesObject: false) == .bareJSON)
        #expect(try AnswerForm(nil, accept: spring, negotiatesObject: true) == .text)
        #expect(try AnswerForm(nil, accept: spring, negotiatesObject: false) == .text)
        #expect(try AnswerForm("text", accept: json, negotiatesObject: true) == .text)
        #expect(try AnswerForm("json", accept: spring, negotiatesObject: false) == .object)
        #expect(throws: Problem.self) { try AnswerForm("xml", accept: spring, negotiatesObject: true) }
        #expect(throws: Problem.self) { try AnswerForm("", accept: spring, negotiatesObject: true) }
    }
}
