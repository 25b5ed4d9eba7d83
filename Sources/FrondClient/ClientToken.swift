import Foundation
public import Frond
import Synchronization

/// The token that a client sends with its calls.
///
/// From a file it is read anew now and then, so that a token that is replaced there takes effect without a restart.
public final class ClientToken: Sendable {
    /// The time for which a file's text is used before it is read again.
    private static let interval = Duration.seconds(10)
    private static let longest = 512

    private struct State: Sendable {
        var text: String
        var readAt: ContinuousClock.Instant
    }

    private let path: String?
    private let state: Mutex<State>

    /// Creates a token from its text.
    /// - Throws: `invalidArgument` for a text that is no token; the text is not shown.
    public init(_ text: String) throws(FrondError) {
        guard Self.isToken(text) else { throw Self.noToken(in: "the text") }
        path = nil
        state = Mutex(State(text: text, readAt: .now))
    }

    /// Creates a token from a file that holds it alone.
    /// - Throws: `invalidArgument` for a file that cannot be read or holds no token; its text is not shown.
    public init(file path: String) throws(FrondError) {
        guard let text = Self.read(path) else { throw Self.noToken(in: "the file '\(path.printable(limit: 256))'") }
        self.path = path
        state = Mutex(State(text: text, readAt: .now))
    }

    /// The token to send now.
    package var text: String {
        let (text, isDue) = state.withLock { state in
            let isDue = path != nil && state.readAt.duration(to: .now) > Self.interval
            if isDue { state.readAt = .now }
            return (state.text, isDue)
        }
        // A file that cannot be read now may be in the middle of its replacement.
        guard isDue, let path, let new = Self.read(path) else { return text }
        state.withLock { $0.text = new }
        return new
    }

    private static func read(_ path: String) -> String? {
        guard let file = FileHandle(forReadingAtPath: path), let data = try? file.read(upToCount: longest * 2),
            let text = String(data: data, encoding: .utf8)
        else { return nil }
        let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return isToken(token) ? token : nil
    }

    private static func isToken(_ text: String) -> Bool {
        (1...longest).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }

    private static func noToken(in place: String) -> FrondError {
        FrondError(
            .invalidArgument,
            "\(place) does not hold a token; write 1 to \(longest) printing characters without spaces to it, as "
                + "'frond token create' makes them"
        )
    }
}
