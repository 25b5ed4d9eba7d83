import Frond
import Testing

@Suite("Numbers as text", .timeLimit(.minutes(5)))
struct RadixTests {
    private let numbers: [Int64] = [0, 1, 9, 10, 31, 32, 35, 36, 61, 62, 999, 1_000_000, 1 << 53, .max - 1, .max]

    @Test("every radix reads what it writes, at any width", arguments: Radix.allCases)
    func comesBack(radix: Radix) {
        for number in numbers {
            for width in [1, 5, 20] {
                let text = radix.text(of: number, width: width)
                #expect(radix.number(in: text) == number)
                #expect(text.count == max(width, radix.width(of: number)))
            }
        }
    }

    @Test("the texts are those of other programs")
    func known() {
        #expect(Radix.decimal.text(of: 42, width: 6) == "000042")
        #expect(Radix.hex.text(of: 0xdead_beef) == "deadbeef")
        #expect(Radix.base36.text(of: 35 * 36 + 10) == "ZA")
        #expect(Radix.base62.text(of: 61 * 62 + 36) == "za")
        #expect(Radix.base62.text(of: .max) == "AzL8n0Y58m7")
        #expect(Radix.base32.text(of: 1234) == "16J")
    }

    @Test("texts of one width sort as their numbers do", arguments: Radix.allCases)
    func sorts(radix: Radix) {
        let texts = numbers.map { radix.text(of: $0, width: 19) }
        #expect(
            texts.map { Array($0.utf8) }.elementsEqual(
                texts.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }))
    }

    @Test("what people mistype in Crockford's base 32 is read")
    func crockford() {
        #expect(Radix.base32.number(in: "i6-jl") == Radix.base32.number(in: "16J1"))
        #expect(Radix.base32.number(in: "o1") == 1)
        #expect(Radix.base32.number(in: "U") == nil)
    }

    @Test("what is no number is none", arguments: Radix.allCases)
    func refuses(radix: Radix) {
        for text in ["", " ", "-1", "1 2", "é", "99999999999999999999999", "-"] {
            if radix == .base32, text == "-1" { continue }
            #expect(radix.number(in: text) == nil, "\(text)")
        }
    }
}
