/// The headers of a frame as HPACK writes them (RFC 7541, section 6).
enum HeaderBlock {
    /// False where decoding the block leaves the decoder's table as it is: the same bytes then mean the same headers as
    /// long as no other block changes it. True where the block changes the table, and where that cannot be told.
    static func changesTable(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < bytes.count {
            let first = bytes[index]
            if first & 0x80 != 0 {
                // A field of a table.
                guard skipInteger(bytes, &index, bits: 7) != nil else { return true }
            } else if first & 0xe0 == 0 {
                // A literal that is not put into the table; its name may be of a table.
                guard let name = skipInteger(bytes, &index, bits: 4) else { return true }
                if name == 0, !skipString(bytes, &index) { return true }
                guard skipString(bytes, &index) else { return true }
            } else {
                return true
            }
        }
        return false
    }

    /// Reads an integer (section 5.1); nil where it is cut short or longer than three bytes.
    private static func skipInteger(_ bytes: UnsafeRawBufferPointer, _ index: inout Int, bits: Int) -> Int? {
        guard index < bytes.count else { return nil }
        let mask = 1 << bits - 1
        var value = Int(bytes[index]) & mask
        index += 1
        guard value == mask else { return value }
        for shift in [0, 7] {
            guard index < bytes.count else { return nil }
            let byte = Int(bytes[index])
            index += 1
            value += (byte & 0x7f) << shift
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }

    private static func skipString(_ bytes: UnsafeRawBufferPointer, _ index: inout Int) -> Bool {
        guard let length = skipInteger(bytes, &index, bits: 7), length <= bytes.count - index else { return false }
        index += length
        return true
    }
}
