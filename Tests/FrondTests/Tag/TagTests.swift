import Frond
import Testing

@Suite("The name of a tag", .timeLimit(.minutes(5)))
struct TagTests {
    @Test(
        "letters, digits and . _ : - are allowed, 1 to 128 of them",
        arguments: [
            "a", "Z", "0", ".", "_", ":", "-", "..", "order", "eu-west_1.orders:v2", String(repeating: "x", count: 128),
        ])
    func allowed(name: String) throws {
        let tag = try Frond.Tag(name)
        #expect(tag.name == name)
        #expect("\(tag)" == name)
    }

    @Test(
        "anything else is refused",
        arguments: [
            " ", "a b", " a", "a\n", "a/b", "a%20b", "a;b", "a'b", "a\"b", "a\\b", "a,b", "a@b", "a[b", "a`b", "a{b",
            "a\u{0}b", "\u{7F}", "é", "e\u{301}", "ａ", "０", "🌿", "東京", "a\u{200B}b", "\u{202E}a",
        ])
    func refused(name: String) throws {
        let error = #expect(throws: FrondError.self) { try Frond.Tag(name) }
        #expect(error?.code == .invalidArgument)
        let message = try #require(error?.message)
        #expect(message.contains("1 to 128 characters of A-Z a-z 0-9 . _ : - are allowed"))
        #expect(message.unicodeScalars.allSatisfy { $0.isASCII && $0.value >= 0x20 }, "safe to print: \(message)")
    }

    @Test("an empty name is refused with a reason") func anEmptyNameIsToldSo() {
        let error = #expect(throws: FrondError.self) { try Frond.Tag("") }
        #expect(error?.message.contains("a tag cannot be empty") == true)
    }

    @Test("a name that is too long is told its length and is not repeated", arguments: [129, 100_000])
    func tooLong(length: Int) throws {
        let error = #expect(throws: FrondError.self) { try Frond.Tag(String(repeating: "x", count: length)) }
        let message = try #require(error?.message)
        #expect(message.contains("a tag of \(length) characters is too long"))
        #expect(message.utf8.count < 200)
    }

    @Test("parts of a string make tags too") func partsOfAStringMakeTagsToo() throws {
        #expect(try Frond.Tag("a/order/b".split(separator: "/")[1]).name == "order")
    }

    @Test("names that differ in case are different tags") func capitalsMakeAnotherTag() throws {
        #expect(try Frond.Tag("order") != Frond.Tag("Order"))
    }
}
