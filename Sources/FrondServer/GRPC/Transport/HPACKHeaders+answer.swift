import GRPCCore
import NIOHPACK

extension HPACKHeaders {
    /// The bytes of all names and values.
    var byteCount: Int { reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count } }

    /// The head of every answer.
    static let answerHead: HPACKHeaders = [":status": "200", "content-type": "application/grpc"]
    /// The end of every answer without an error.
    static let success: HPACKHeaders = ["grpc-status": "0"]

    /// The head of an answer with a handler's metadata.
    static func head(_ metadata: Metadata) -> HPACKHeaders {
        if metadata.isEmpty { return answerHead }
        var headers = answerHead
        headers.add(metadata)
        return headers
    }

    /// The end of an answer.
    /// - Parameter isAlone: true where no head was sent.
    static func trailers(_ status: Status, _ metadata: Metadata, isAlone: Bool) -> HPACKHeaders {
        if status.code == .ok, metadata.isEmpty, !isAlone { return success }
        var headers = isAlone ? answerHead : HPACKHeaders()
        headers.add(name: "grpc-status", value: "\(status.code.rawValue)")
        if !status.message.isEmpty {
            headers.add(name: "grpc-message", value: percentEncoded(status.message), indexing: .nonIndexable)
        }
        headers.add(metadata)
        return headers
    }

    static func answer(to refusal: CallHead.Refusal, isAlone: Bool) -> HPACKHeaders {
        switch refusal {
        case .http(let status): return [":status": "\(status)"]
        case .status(let code, let message):
            return trailers(Status(code: Status.Code(code), message: message), [:], isAlone: isAlone)
        }
    }

    /// Adds metadata, which differs from call to call: in the client's table it would put out what comes again.
    private mutating func add(_ metadata: Metadata) {
        for (key, value) in metadata {
            add(name: key.lowercased(), value: value.encoded(), indexing: .nonIndexable)
        }
    }

    /// A message as gRPC writes it: printing ASCII but `%`; all else as `%XX`.
    private static func percentEncoded(_ message: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in message.utf8 {
            if (0x20...0x7e).contains(byte), byte != UInt8(ascii: "%") {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
