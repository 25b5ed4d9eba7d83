import Frond
import Testing

@testable import FrondServer

@Suite("Text of clients", .timeLimit(.minutes(5)))
struct PrintableTests {
    @Test(
        "is shown without effect on a terminal",
        arguments: [
            ("order", "order"), ("日本語 é", "日本語 é"), ("\u{1b}[31m", "\\u{1b}[31m"), ("a\nb\r", "a\\u{a}b\\u{d}"),
            ("\u{7}\u{7f}\u{9b}2J", "\\u{7}\\u{7f}\\u{9b}2J"), ("\u{202e}x\u{2028}", "\\u{202e}x\\u{2028}"), ("", ""),
        ])
    func printable(text: String, shown: String) {
        #expect(text.printable() == shown)
    }

    @Test("is cut at a length")
    func cut() {
        #expect("abcdef".printable(limit: 3) == "abc…")
        #expect("abc".printable(limit: 3) == "abc")
    }

    @Test(
        "never has the SQL of a cure",
        arguments: [
            ("the counter went back: ALTER TABLE frond_ticket AUTO_INCREMENT = N there", "the counter went back"),
            ("near 'SELECT * FROM x'", "near"), ("cannot (UPDATE a SET b = 1)", "cannot"),
        ])
    func statements(message: String, reason: String) {
        #expect(Problem.withoutStatements(message) == "\(reason); the server's log has the cure")
        #expect(Problem.withoutStatements("update Frond, from 1 on") == "update Frond, from 1 on")
    }
}
