import NIOCore
import NIOHPACK
import TestServers
import Testing

@testable import FrondServer

@Suite("A block of headers")
struct HeaderBlockTests {
    private func changesTable(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { HeaderBlock.changesTable($0) } }

    @Test("changes the table exactly where the decoder's table changes")
    func decoder() throws {
        let long = String(repeating: "x", count: 300)
        let headers: [(String, String, HPACKIndexing)] = [
            (":method", "POST", .indexable), ("te", "trailers", .indexable), ("te", "trailers", .nonIndexable),
            ("te", "trailers", .neverIndexed), ("x-\(long)", long, .nonIndexable), ("x", long, .indexable),
            (":path", "/a", .neverIndexed),
        ]
        var encoder = HPACKEncoder(allocator: ByteBufferAllocator())
        for (index, header) in headers.enumerated() {
            var list = HPACKHeaders()
            list.add(name: header.0, value: header.1, indexing: header.2)
            var block = ByteBuffer()
            try encoder.encode(headers: list, to: &block)
            // The method is in the static table; what is put into a table begins with the bits 01.
            let isPutIn = block.getInteger(at: 0, as: UInt8.self).map { $0 >> 6 == 1 } ?? false
            #expect(changesTable(Array(block.readableBytesView)) == isPutIn, "\(index)")
        }
        #expect(changesTable([0x3f, 0xe1, 0x1f]), "a change of the table's size")
        #expect(!changesTable([]))
        #expect(!changesTable(HTTP2Wire.block(HTTP2Wire.call("/frond.v1.IDs/Next"))))
    }

    @Test(
        "that is cut short changes it, as far as can be told",
        arguments: [
            [0xff], [0xff, 0x80, 0x80, 0x80], [0], [0, 1], [0, 1, 97], [0x0f], [0, 127, 1], [0, 0, 200, 1],
        ])
    func cut(bytes: [UInt8]) {
        #expect(changesTable(bytes))
    }
}
