import Frond
import Hummingbird

/// The form of an answer's body.
enum AnswerForm: Equatable {
    /// The IDs alone, one a line, as `text/plain`.
    case text
    /// The same bytes, as `application/json` where they are a JSON number: Leaf's answer to clients that take no text.
    case bareJSON
    /// `{"tag":"order","ids":["1"]}`.
    case object

    /// The query parameter that asks for a form.
    static let parameter = "answer"

    /// - Parameters:
    ///   - asked: the value of ``parameter``, which comes before `Accept`.
    ///   - negotiatesObject: true where `Accept` alone can ask for ``object``.
    /// - Throws: ``Problem`` with status 400 for an unknown value.
    init(_ asked: String?, accept: AcceptField, negotiatesObject: Bool) throws {
        switch asked {
        case "json": self = .object
        case "text": self = .text
        case let asked?: throw Problem.badRequest("answer '\(asked)' is unknown; use text or json")
        case nil where negotiatesObject: self = accept.prefersJSON ? .object : .text
        case nil: self = accept.takesJSONAlone ? .bareJSON : .text
        }
    }
}
