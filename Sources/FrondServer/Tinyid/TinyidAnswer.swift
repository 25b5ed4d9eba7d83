import Frond
import HTTPTypes
import Hummingbird
import NIOCore

/// An answer of Tinyid's interface, byte for byte as Tinyid's own server writes it.
///
/// Its status is 200 always. The JSON names the failure; in the simple form an empty body is all there is, which is
/// what Tinyid's clients look for. The header `Frond-Problem` has the code of the failure in both.
enum TinyidAnswer {
    case ids([Int64])
    case segment(TinyidSegment)
    case failure(Problem)

    /// The code of an answer without a failure, in JSON.
    private static let success = 200
    /// The code of a token that is refused.
    private static let tokenError = 5
    /// The code of all other failures.
    private static let systemError = 6

    func response(isSimple: Bool) throws -> Response {
        var headers: HTTPFields = [
            .contentType: isSimple ? "text/plain;charset=UTF-8" : "application/json;charset=UTF-8"
        ]
        if case .failure(let problem) = self { headers[.frondProblem] = problem.code }
        let body = isSimple ? simple : try json()
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    private static func code(of problem: Problem) -> Int {
        problem.status == .unauthorized || problem.status == .forbidden ? tokenError : systemError
    }

    /// Numbers with commas between them; nothing for a failure.
    private var simple: ByteBuffer {
        var buffer = ByteBuffer()
        switch self {
        case .ids(let ids): buffer.writeList(ids)
        case .segment(let segment):
            buffer.writeList([segment.current, segment.loading, segment.max, segment.delta, segment.remainder])
        case .failure: break
        }
        return buffer
    }

    /// An object whose members have the order of Tinyid's.
    private func json() throws -> ByteBuffer {
        var buffer = ByteBuffer(string: #"{"data":"#)
        switch self {
        case .ids(let ids):
            buffer.writeString("[")
            buffer.writeList(ids)
            buffer.writeString("]")
        case .segment(let segment):
            buffer.writeString(
                #"{"maxId":\#(segment.max),"loadingId":\#(segment.loading),"currentId":\#(segment.current),"#
                    + #""delta":\#(segment.delta),"remainder":\#(segment.remainder)}"#)
        case .failure(let problem):
            var message = try ByteBuffer(json: problem.detail.printable())
            buffer.writeString(#"null,"code":\#(Self.code(of: problem)),"message":"#)
            buffer.writeBuffer(&message)
            buffer.writeString("}")
            return buffer
        }
        buffer.writeString(#","code":\#(Self.success),"message":""}"#)
        return buffer
    }
}

extension ByteBuffer {
    /// Writes numbers in decimal with commas between them.
    fileprivate mutating func writeList(_ numbers: [Int64]) {
        for (index, number) in numbers.enumerated() {
            if index > 0 { writeInteger(UInt8(ascii: ",")) }
            writeDecimal(number)
        }
    }
}

extension HTTPField.Name {
    /// The code of a failure in an answer whose status does not tell.
    fileprivate static var frondProblem: Self {
        guard let name = Self("Frond-Problem") else { preconditionFailure("the name of a header is a token") }
        return name
    }
}
