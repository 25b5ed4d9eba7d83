import Frond
import Testing

@Suite("How IDs are written", .timeLimit(.minutes(5)))
struct TextFormatTests {
    @Test(
        "a format writes what it says, and reads it back",
        arguments: [
            ("decimal", 42, "42"), ("base62", 3_843, "zz"), ("base36", 1_295, "ZZ"), ("hex:8", 255, "000000ff"),
            ("base32=13", 1, "0000000000001"), ("hex=16", Int64.max, "7fffffffffffffff"), ("6", 42, "000042"),
            ("ORD-{date}-{number:6}", 42, "ORD-20261122-000042"), ("{number:6}/{date}", 1_234_567, "1234567/20261122"),
            ("{{{number}}}", 7, "{7}"), ("{number:base62:4}", 61, "000z"), ("{number:=3}", 999, "999"),
            ("N {number}", 0, "N 0"),
        ] as [(String, Int64, String)])
    func writes(format: String, number: Int64, text: String) throws {
        let format = try TextFormat(format)
        #expect(format.text(of: number, date: "20261122") == text)
        let read = try #require(format.read(text, dateLength: 8))
        #expect(read.number == number)
        #expect(read.date == (format.hasDate ? "20261122" : ""))
        #expect(try TextFormat("\(format)") == format)
    }

    @Test("a fixed width refuses a number that it does not hold, a padding grows")
    func widths() throws {
        #expect(try TextFormat("{number:=3}").text(of: 1000) == nil)
        #expect(try TextFormat("{number:3}").text(of: 1000) == "1000")
    }

    @Test("two numbers or two dates never have one text, whatever the format", arguments: 0..<10 as Range<UInt64>)
    func isUnambiguous(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let pieces = ["", "-", "0", "1", "7Z", "a", "00", "--"]
        for _ in 0..<10 {
            let radix = Radix.allCases.randomElement(using: &random) ?? .decimal
            let number = "{number:\(radix.rawValue):\(Int.random(in: 1...3, using: &random))}"
            let parts = Bool.random(using: &random) ? ["{date}", number] : [number, "{date}"]
            let literals = (0..<3).map { _ in pieces.randomElement(using: &random) ?? "" }
            let format = try TextFormat(literals[0] + parts[0] + literals[1] + parts[1] + literals[2])
            var seen: [String: String] = [:]
            for number in 0..<120 as Range<Int64> {
                for date in ["2026", "2027", "1111", "7000"] {
                    let text = try #require(format.text(of: number, date: date))
                    let other = seen.updateValue("\(number) on \(date)", forKey: text)
                    #expect(other == nil, "\(format): \(text) is \(number) on \(date) and \(other ?? "")")
                    let read = try #require(format.read(text, dateLength: 4))
                    #expect(read == (number, date))
                }
            }
        }
    }

    @Test("what is no text of a format is not read")
    func readsNothingElse() throws {
        let format = try TextFormat("ORD-{date}-{number:6}")
        for text in [
            "", "ORD-", "ORD-2026112-000042", "ORD-20261122-42", "ORD-20261122-0000421x", "ord-20261122-000042",
        ] {
            #expect(format.read(text, dateLength: 8) == nil, "\(text)")
        }
        #expect(try TextFormat("hex:2").read("0ff", dateLength: 8) == nil, "not as it is written")
    }

    @Test(
        "a format that cannot be is refused",
        arguments: [
            ("", "1 to 128"), ("ORD", "unknown number format"), ("ORD-{date}", "lacks {number}"),
            ("{number}{number}", "stands twice"), ("{date}{date}{number}", "stands twice"), ("{number", "brace"),
            ("number}", "brace"), ("{seq}", "unknown field {seq}"), ("{number:base63}", "base63"), ("hex:0", "1 to 64"),
            ("hex:99", "1 to 64"), ("ö{number}", "ASCII"), ("{number}\n", "ASCII"),
        ])
    func refusal(text: String, message: String) throws {
        let error = #expect(throws: FrondError.self) { try TextFormat(text) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
}
