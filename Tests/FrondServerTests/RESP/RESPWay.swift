import Frond
import FrondTesting
import NIOCore
import RESP
import TestServers
import Testing

/// The way to IDs by RESP, as the contract of issuing asks.
enum RESPWay {
    /// - Parameter increments: true where a request for one ID is `INCR`.
    static func ask(
        _ request: IssuingContract.Request, port: Int, increments: Bool
    ) async throws -> IssuingContract.Answer {
        let key = "\(request.generator?.rawValue ?? "id")/\(request.tag)"
        let reply = try await RESPPeer.connect(port: port) { peer in
            if !increments { _ = try await peer.ask("HELLO", "3") }
            if increments, request.count == 1, request.format == nil { return try await peer.ask("INCR", key) }
            var words = ["FROND.NEXT", key, "COUNT", "\(request.count)"]
            if let format = request.format { words += ["FORMAT", format] }
            return try await peer.ask(words)
        }
        return IssuingContract.Answer(lines: try lines(of: reply), generator: request.generator)
    }

    private static func lines(of reply: RESPValue?) throws -> [String] {
        switch reply {
        case .integer(let number): return ["\(number)"]
        case .bulk(let text): return [String(buffer: text)]
        case .array(let values): return try values.flatMap { try lines(of: $0) }
        case .error(let text): throw refusal(text)
        default: return try #require(nil, "'\(String(describing: reply))' is not an answer")
        }
    }

    /// The code and the message behind the code word.
    static func refusal(_ text: String) -> IssuingContract.Refusal {
        let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        return IssuingContract.Refusal(reason: String(parts[1].dropLast()), message: parts.count > 2 ? parts[2] : "")
    }
}
