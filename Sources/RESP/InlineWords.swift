/// The words of an inline command, as Redis splits them.
///
/// Words are apart by spaces. Double quotes take `\n`, `\r`, `\t`, `\b`, `\a`, `\xHH` and a backslash before any other
/// character; single quotes take `\'` alone.
enum InlineWords {
    /// - Parameter line: without its end.
    /// - Returns: nil where a quote has no end, or text directly behind it.
    static func split(_ line: some Collection<UInt8>) -> [[UInt8]]? {
        let bytes = Array(line)
        var words: [[UInt8]] = []
        var index = 0
        while true {
            while index < bytes.count, isSpace(bytes[index]) { index += 1 }
            guard index < bytes.count else { return words }
            guard let word = word(bytes, &index) else { return nil }
            words.append(word)
        }
    }

    private static func word(_ bytes: [UInt8], _ index: inout Int) -> [UInt8]? {
        var word: [UInt8] = []
        while index < bytes.count, !isSpace(bytes[index]) {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") else {
                word.append(byte)
                continue
            }
            let isWhole =
                byte == UInt8(ascii: "'") ? readSingle(bytes, &index, &word) : readDouble(bytes, &index, &word)
            guard isWhole, index == bytes.count || isSpace(bytes[index]) else { return nil }
        }
        return word
    }

    private static func readSingle(_ bytes: [UInt8], _ index: inout Int, _ word: inout [UInt8]) -> Bool {
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "'") { return true }
            if byte == UInt8(ascii: "\\"), index < bytes.count, bytes[index] == UInt8(ascii: "'") {
                word.append(bytes[index])
                index += 1
            } else {
                word.append(byte)
            }
        }
        return false
    }

    private static func readDouble(_ bytes: [UInt8], _ index: inout Int, _ word: inout [UInt8]) -> Bool {
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "\"") { return true }
            guard byte == UInt8(ascii: "\\"), index < bytes.count else {
                word.append(byte)
                continue
            }
            let escaped = bytes[index]
            index += 1
            if escaped == UInt8(ascii: "x"), index + 1 < bytes.count, let high = digit(bytes[index]),
                let low = digit(bytes[index + 1])
            {
                word.append(high << 4 | low)
                index += 2
            } else {
                word.append(control(escaped))
            }
        }
        return false
    }

    private static func control(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "n"): 0x0a
        case UInt8(ascii: "r"): 0x0d
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "a"): 0x07
        default: letter
        }
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) || byte == 0 }
}
